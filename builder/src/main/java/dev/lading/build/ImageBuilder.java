package dev.lading.build;

import dev.lading.layer.Compression;
import dev.lading.layer.EntryObserver;
import dev.lading.layer.LayerCache;
import dev.lading.layer.LayerRecipe;
import dev.lading.layer.LayerWriter;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.CopyResult;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.OverlaySource;
import dev.lading.oci.content.PartlyTaggedException;
import dev.lading.oci.content.SourceFailedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Builds one image for one or many platforms: a base or nothing, layers on top, a configuration.
 *
 * <p>An immutable description, ended by {@link #build}. New layers go straight into the target; what else the image needs is
 * copied or mounted from the base's place; the names are set last, so a failure at any point leaves none moved. The same
 * description gives the same digests on every machine.
 */
public final class ImageBuilder {
    /** What {@link dev.lading.zstd.ZstdEncoder} holds for each thread, and once more. */
    private static final long ZSTD_FRAME_BYTES = 9L << 20;

    private final Optional<ContentGraph> base;
    private final List<Platform> platforms;
    private final List<Step> steps;
    private final ConfigEdit config;
    private final Compression compression;
    private final Instant created;
    private final Map<String, String> annotations;
    private final boolean audited;
    private final OptionalInt threads;
    private final Optional<LayerCache> cache;

    private ImageBuilder(
            Optional<ContentGraph> base,
            List<Platform> platforms,
            List<Step> steps,
            ConfigEdit config,
            Compression compression,
            Instant created,
            Map<String, String> annotations,
            boolean audited,
            OptionalInt threads,
            Optional<LayerCache> cache) {
        this.base = base;
        this.platforms = platforms;
        this.steps = steps;
        this.config = config;
        this.compression = compression;
        this.created = created;
        this.annotations = annotations;
        this.audited = audited;
        this.threads = threads;
        this.cache = cache;
    }

    /** One layer to make: the same for all platforms, or one for each that has a recipe. */
    private record Step(boolean shared, Function<? super Platform, Optional<LayerRecipe>> recipe) {}

    /**
     * Begins an image on a base.
     *
     * @param base an image, or an index with an image for every platform that will be asked for
     * @return the description
     */
    public static ImageBuilder from(ContentGraph base) {
        return on(Optional.of(base));
    }

    /**
     * Begins an image from nothing.
     *
     * @return the description
     */
    public static ImageBuilder fromNothing() {
        return on(Optional.empty());
    }

    private static ImageBuilder on(Optional<ContentGraph> base) {
        return new ImageBuilder(
                base,
                List.of(),
                List.of(),
                ConfigEdit.none(),
                Compression.gzip(),
                Instant.EPOCH,
                Map.of(),
                true,
                OptionalInt.empty(),
                Optional.empty());
    }

    /**
     * Returns this build for other platforms.
     *
     * @param wanted the platforms, each once; in this order in the index
     * @return the new description
     * @throws InvalidInputException if one stands there twice
     */
    public ImageBuilder platforms(Platform... wanted) {
        List<Platform> copy = List.of(wanted);
        if (copy.stream().map(Platform::normalized).distinct().count() != copy.size()) {
            throw new InvalidInputException("each platform is named once; these are " + copy);
        }
        return new ImageBuilder(base, copy, steps, config, compression, created, annotations, audited, threads, cache);
    }

    /**
     * Returns this build with one more layer on top, made once and shared by all platforms.
     *
     * @param recipe what goes in
     * @return the new description
     */
    public ImageBuilder layer(LayerRecipe recipe) {
        Optional<LayerRecipe> made = Optional.of(recipe);
        return withStep(new Step(true, platform -> made));
    }

    /**
     * Returns this build with one more layer on top, made for each platform.
     *
     * @param recipe what goes in for a platform
     * @return the new description
     */
    public ImageBuilder layerFor(Function<? super Platform, LayerRecipe> recipe) {
        Objects.requireNonNull(recipe);
        return withStep(new Step(false, platform -> Optional.of(recipe.apply(platform))));
    }

    /**
     * Returns this build with one more layer on top of the image for one platform; the others get none.
     *
     * @param platform one of the platforms, in any spelling
     * @param recipe what goes in
     * @return the new description
     */
    public ImageBuilder layerFor(Platform platform, LayerRecipe recipe) {
        Platform only = platform.normalized();
        Optional<LayerRecipe> made = Optional.of(recipe);
        return withStep(new Step(false, p -> p.normalized().equals(only) ? made : Optional.empty()));
    }

    private ImageBuilder withStep(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return new ImageBuilder(
                base, platforms, List.copyOf(more), config, compression, created, annotations, audited, threads, cache);
    }

    /**
     * Returns this build with another configuration; what is not edited is the base's.
     *
     * @param edit the edit, on top of the earlier ones
     * @return the new description
     */
    public ImageBuilder config(UnaryOperator<ConfigEdit> edit) {
        return new ImageBuilder(
                base, platforms, steps, edit.apply(config), compression, created, annotations, audited, threads, cache);
    }

    /**
     * Returns this build with another compression of the new layers; gzip at its default level unless said.
     *
     * @param newCompression the compression
     * @return the new description
     */
    public ImageBuilder compression(Compression newCompression) {
        return new ImageBuilder(
                base, platforms, steps, config, newCompression, created, annotations, audited, threads, cache);
    }

    /**
     * Returns this build with the time that the image says it was made; 1970-01-01T00:00:00Z unless said.
     *
     * @param time the time
     * @return the new description
     */
    public ImageBuilder created(Instant time) {
        return new ImageBuilder(
                base, platforms, steps, config, compression, time, annotations, audited, threads, cache);
    }

    /**
     * Returns this build with one annotation of what the names point to.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new description
     */
    public ImageBuilder annotate(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(annotations);
        more.put(key, value);
        return new ImageBuilder(base, platforms, steps, config, compression, created, more, audited, threads, cache);
    }

    /**
     * Returns this build with or without the audit: whether a new layer with a program for another machine than its
     * platform's stops the build before a name moves. It costs nothing and is on unless said.
     *
     * @param on true for the audit
     * @return the new description
     */
    public ImageBuilder audited(boolean on) {
        return new ImageBuilder(base, platforms, steps, config, compression, created, annotations, on, threads, cache);
    }

    /**
     * Returns this build with a bound on the threads that work at once; as many as there are processors but at most 4 unless
     * said. Layers are made side by side, and a thread that has none left helps the others. The result does not depend on it.
     * Zstd takes some 9 MiB a thread for each layer that is being made; where that would be more than half of the heap, fewer
     * threads work.
     *
     * @param count how many, at least 1
     * @return the new description
     * @throws InvalidInputException if the count is less than 1
     */
    public ImageBuilder threads(int count) {
        OptionalInt bound = OptionalInt.of(count);
        IndexBuilder.requireThreads(count);
        return new ImageBuilder(
                base, platforms, steps, config, compression, created, annotations, audited, bound, cache);
    }

    /**
     * Returns this build with a cache of layers: what has not changed since it was made is not made again.
     *
     * @param newCache the cache
     * @return the new description
     */
    public ImageBuilder cache(LayerCache newCache) {
        Optional<LayerCache> kept = Optional.of(newCache);
        return new ImageBuilder(
                base, platforms, steps, config, compression, created, annotations, audited, threads, kept);
    }

    /**
     * Builds.
     *
     * @param target where the image goes
     * @param names the names that the target is to know it by, set last and in this order
     * @return what was made
     * @throws InvalidInputException if no platform was named, or the base contradicts itself
     * @throws NotFoundException if the base lacks a platform, or a file of a recipe is not there; no layer has been made in
     *     the first case
     * @throws UnsupportedException if a layer would be written for Windows; no layer has been made
     * @throws AuditFailedException if a new layer holds programs for the wrong machine; no name was moved
     * @throws SourceFailedException if the base cannot be read
     * @throws PartlyTaggedException if some of the names moved and others did not
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind if the target refuses or cannot be reached
     */
    public BuildResult build(ContentTarget target, String... names) {
        if (platforms.isEmpty()) {
            throw new InvalidInputException("a build names at least one platform, such as linux/amd64");
        }
        platforms.forEach(this::requireWritable);
        // All at once: one refusal names every platform that the base lacks, and its index is read once.
        Map<Platform, Image> bases = base.map(graph -> graph.images(platforms)).orElse(Map.of());
        Map<Platform, Start> starts = new LinkedHashMap<>();
        platforms.forEach(platform -> starts.put(platform, start(platform, Optional.ofNullable(bases.get(platform)))));
        MemoryStore memory = MemoryStore.create();
        PlatformAudit.Collected audit = new PlatformAudit.Collected();
        LeftOut leftOut = new LeftOut();
        Map<Platform, List<Layer>> layers = layers(audit, leftOut, target);
        Map<Platform, Descriptor> images = new LinkedHashMap<>();
        List<Document> documents = new ArrayList<>();
        for (Map.Entry<Platform, Start> start : starts.entrySet()) {
            Platform platform = start.getKey();
            Document document = putImage(start.getValue(), layers.getOrDefault(platform, List.of()), memory);
            documents.add(document);
            images.put(
                    platform,
                    document.descriptor().withPlatform(start.getValue().platform()));
        }
        if (audited) {
            audit.refuse();
        }
        // One platform is a bare manifest; several are an index.
        Document root = documents.size() == 1 ? documents.get(0) : putIndex(images, memory);
        ContentSource source = base.<ContentSource>map(graph -> OverlaySource.of(memory, List.of(graph.source())))
                .orElse(memory);
        CopyResult copy = IndexBuilder.bounded(GraphCopy.from(ContentGraph.of(root.descriptor(), source)), threads)
                .to(target, names);
        return new BuildResult(root.descriptor(), images, copy, leftOut.notCarried(), leftOut.notLookedFor());
    }

    /** Windows' layers have two trees, security descriptors and registry hives (layer.md does not say how); none is written. */
    private void requireWritable(Platform platform) {
        boolean windows = platform.normalized().os().equals("windows");
        if (windows
                && steps.stream().anyMatch(step -> step.recipe().apply(platform).isPresent())) {
            throw new UnsupportedException("a layer for " + platform
                    + " cannot be written: Lading reads and copies Windows images, and writes none of their layers."
                    + " Drop the platform, or give it no layer.");
        }
    }

    /** What a platform's image begins with. */
    private record Start(Platform platform, ImageConfig config, List<Descriptor> layers) {}

    private static Start start(Platform platform, Optional<Image> base) {
        if (base.isEmpty()) {
            Platform normalized = platform.normalized();
            return new Start(normalized, ImageConfig.create(normalized), List.of());
        }
        Image image = base.get();
        if (!IndexBuilder.agree(image.config().platform(), platform)) {
            throw new InvalidInputException("the base " + image + " is listed for " + platform
                    + " but its own configuration says " + image.config().platform()
                    + ". Choose another base, or have this one mended.");
        }
        return new Start(
                listed(image),
                image.config(),
                image.layers().stream().map(Layer::descriptor).toList());
    }

    /** What an index lists the base for, and what only the configuration says of its operating system. */
    private static Platform listed(Image image) {
        Platform listed = image.platform();
        Platform said = image.config().platform();
        return new Platform(
                listed.os(),
                listed.architecture(),
                listed.variant(),
                listed.osVersion().or(said::osVersion),
                listed.osFeatures().isEmpty() ? said.osFeatures() : listed.osFeatures());
    }

    /** A layer to make, and the platforms whose images have it. */
    private record Task(Step step, LayerRecipe recipe, List<Platform> platforms) {}

    /** Makes all new layers, several side by side, and gives each platform its own in the order of the steps. */
    private Map<Platform, List<Layer>> layers(PlatformAudit.Collected audit, LeftOut leftOut, ContentTarget target) {
        List<Task> tasks = new ArrayList<>();
        for (Step step : steps) {
            if (step.shared()) {
                step.recipe().apply(platforms.get(0)).ifPresent(r -> tasks.add(new Task(step, r, platforms)));
            } else {
                for (Platform platform : platforms) {
                    step.recipe().apply(platform).ifPresent(r -> tasks.add(new Task(step, r, List.of(platform))));
                }
            }
        }
        // What is missing is told in the order of the layers, before the first of them is made.
        tasks.forEach(ImageBuilder::requireSources);
        int bound = threadsThatFit(tasks.size());
        List<Layer> made = LayerCrew.run(
                tasks.stream()
                        .map(task -> {
                            EntryObserver observer = leftOut.observer(audit.observer(task.platforms()));
                            return (LayerCrew.Task) helpers -> write(task, bound, helpers, observer, target);
                        })
                        .toList(),
                bound);
        Map<Platform, List<Layer>> layers = new LinkedHashMap<>();
        for (int i = 0; i < made.size(); i++) {
            Layer layer = made.get(i);
            for (Platform platform : tasks.get(i).platforms()) {
                layers.computeIfAbsent(platform, p -> new ArrayList<>()).add(layer);
            }
        }
        return layers;
    }

    private int threadsThatFit(int layers) {
        int bound = threads.orElse(LayerCrew.defaultThreads());
        if (compression.mediaType().equals(MediaType.OCI_LAYER_ZSTD)) {
            long frames = Runtime.getRuntime().maxMemory() / 2 / ZSTD_FRAME_BYTES;
            while (bound > 1 && (bound + 1L) * Math.min(bound, layers) > frames) {
                bound--;
            }
        }
        return bound;
    }

    private Layer write(Task task, int bound, Executor helpers, EntryObserver observer, ContentTarget target) {
        LayerWriter writer =
                LayerWriter.with(compression).threads(bound).executor(helpers).observing(observer);
        return cache.map(writer::cache).orElse(writer).write(task.recipe(), target);
    }

    private static void requireSources(Task task) {
        try {
            task.recipe().requireSources();
        } catch (NotFoundException e) {
            throw task.step().shared()
                    ? e
                    : new NotFoundException("for " + task.platforms().get(0) + " " + e.getMessage(), e);
        }
    }

    private Document putImage(Start start, List<Layer> layers, MemoryStore memory) {
        ImageConfig made = config.apply(start.config()).withCreated(created);
        List<Descriptor> descriptors = new ArrayList<>(start.layers());
        for (Layer layer : layers) {
            made = made.append(
                    layer.diffId(), new History(Optional.of(created), Optional.of("lading"), Optional.empty(), false));
            descriptors.add(layer.descriptor());
        }
        byte[] bytes = made.bytes();
        Ingested<Boolean> kept = memory.ingest(MediaType.OCI_CONFIG, out -> {
            out.write(bytes);
            return true;
        });
        ImageManifest manifest = ImageManifest.of(kept.descriptor(), descriptors);
        // The names of a single image point to its manifest, so that is where the annotations go.
        Document document = Document.of(platforms.size() == 1 ? annotated(manifest) : manifest);
        memory.put(document);
        return document;
    }

    private ImageManifest annotated(ImageManifest manifest) {
        ImageManifest changed = manifest;
        for (Map.Entry<String, String> annotation : annotations.entrySet()) {
            changed = changed.withAnnotation(annotation.getKey(), annotation.getValue());
        }
        return changed;
    }

    private Document putIndex(Map<Platform, Descriptor> images, MemoryStore memory) {
        Document document = IndexBuilder.document(ImageIndex.of(List.copyOf(images.values())), annotations);
        memory.put(document);
        return document;
    }
}
