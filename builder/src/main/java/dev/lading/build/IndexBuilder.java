package dev.lading.build;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.ContentTarget;
import dev.lading.oci.content.CopyResult;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.OverlaySource;
import dev.lading.oci.content.PartlyTaggedException;
import dev.lading.oci.content.SourceFailedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Puts existing images together as one index: nothing of them is changed, only assembled.
 *
 * <p>An immutable description, ended by {@link #build}. Images that are elsewhere are copied or mounted into the target
 * first; the names are set last.
 */
public final class IndexBuilder {
    private final List<ContentGraph> graphs;
    private final Optional<List<Platform>> required;
    private final Map<String, String> annotations;
    private final OptionalInt threads;

    private IndexBuilder(
            List<ContentGraph> graphs,
            Optional<List<Platform>> required,
            Map<String, String> annotations,
            OptionalInt threads) {
        this.graphs = graphs;
        this.required = required;
        this.annotations = annotations;
        this.threads = threads;
    }

    /**
     * Begins an index without images.
     *
     * @return the description
     */
    public static IndexBuilder create() {
        return new IndexBuilder(List.of(), Optional.empty(), Map.of(), OptionalInt.empty());
    }

    /**
     * Returns this index with one more image, or with all images of another index.
     *
     * @param graph an image or an index; what it names now, whatever its name means later
     * @return the new description
     */
    public IndexBuilder add(ContentGraph graph) {
        List<ContentGraph> more = new ArrayList<>(graphs);
        more.add(Objects.requireNonNull(graph));
        return new IndexBuilder(List.copyOf(more), required, annotations, threads);
    }

    /**
     * Returns this index with the set of platforms that it must have, each once and no other.
     *
     * @param platforms the platforms
     * @return the new description
     */
    public IndexBuilder require(Platform... platforms) {
        return new IndexBuilder(graphs, Optional.of(List.of(platforms)), annotations, threads);
    }

    /**
     * Returns this index with one annotation set.
     *
     * @param key the annotation's key
     * @param value its value
     * @return the new description
     */
    public IndexBuilder annotate(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(annotations);
        more.put(key, value);
        return new IndexBuilder(graphs, required, more, threads);
    }

    /**
     * Returns this index with a bound on the threads that work at once; as many as there are processors but at most 4 unless
     * said.
     *
     * @param count how many, at least 1
     * @return the new description
     * @throws InvalidInputException if the count is less than 1
     */
    public IndexBuilder threads(int count) {
        requireThreads(count);
        return new IndexBuilder(graphs, required, annotations, OptionalInt.of(count));
    }

    static void requireThreads(int count) {
        if (count < 1) {
            throw new InvalidInputException("work needs at least one thread, not " + count);
        }
    }

    static GraphCopy bounded(GraphCopy copy, OptionalInt threads) {
        return threads.isPresent() ? copy.threads(threads.getAsInt()) : copy;
    }

    /**
     * Assembles the index in a target.
     *
     * @param target where the index and all it names go
     * @param names the names that the target is to know it by, set last and in this order
     * @return what was made
     * @throws InvalidInputException if there is no image, a platform is missing, double or unexpected, or an image's
     *     configuration says another platform than its index
     * @throws NotFoundException if an image is no longer where it was
     * @throws SourceFailedException if an image cannot be read
     * @throws PartlyTaggedException if some of the names moved and others did not
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind if the target refuses or cannot be reached
     */
    public BuildResult build(ContentTarget target, String... names) {
        Map<Platform, Descriptor> images = new LinkedHashMap<>();
        List<Descriptor> entries = new ArrayList<>();
        for (ContentGraph graph : graphs) {
            for (Image image : graph.images()) {
                Platform platform = checkedPlatform(image);
                Descriptor entry = image.descriptor().withPlatform(platform);
                if (entries.stream().anyMatch(e -> e.digest().equals(entry.digest()))) {
                    continue;
                }
                entries.add(entry);
                Descriptor other = images.putIfAbsent(platform.normalized(), entry);
                if (other != null && required.isPresent()) {
                    throw new InvalidInputException("there are two images for " + platform + ": " + other.digest()
                            + " and " + entry.digest() + ". Drop one of them.");
                }
            }
        }
        if (entries.isEmpty()) {
            throw new InvalidInputException("an index needs at least one image; add some");
        }
        required.ifPresent(platforms -> check(platforms, images));
        MemoryStore memory = MemoryStore.create();
        Document root = document(ImageIndex.of(entries), annotations);
        memory.put(root);
        List<ContentSource> places =
                graphs.stream().map(ContentGraph::source).distinct().toList();
        ContentGraph graph = ContentGraph.of(root.descriptor(), OverlaySource.of(memory, places));
        CopyResult copy = bounded(GraphCopy.from(graph), threads).to(target, names);
        return new BuildResult(root.descriptor(), images, copy, List.of(), List.of());
    }

    static Document document(ImageIndex index, Map<String, String> annotations) {
        ImageIndex changed = index;
        for (Map.Entry<String, String> annotation : annotations.entrySet()) {
            changed = changed.withAnnotation(annotation.getKey(), annotation.getValue());
        }
        return Document.of(changed);
    }

    private static Platform checkedPlatform(Image image) {
        Platform said = image.config().platform();
        Optional<Platform> claimed = image.descriptor().platform();
        if (claimed.isPresent() && !agree(claimed.get(), said)) {
            throw new InvalidInputException("the image " + image + " is listed for " + claimed.get()
                    + " but its own configuration says " + said + ". Build it again for the right platform.");
        }
        return claimed.orElse(said);
    }

    /** Whether a listing and a configuration speak of one machine; the variant is often said by only one of them. */
    static boolean agree(Platform listed, Platform said) {
        Platform a = listed.normalized();
        Platform b = said.normalized();
        return a.os().equals(b.os()) && a.architecture().equals(b.architecture());
    }

    private static void check(List<Platform> platforms, Map<Platform, Descriptor> images) {
        List<Platform> wanted = platforms.stream().map(Platform::normalized).toList();
        List<Platform> missing =
                wanted.stream().filter(p -> !images.containsKey(p)).toList();
        List<String> unexpected = images.entrySet().stream()
                .filter(e -> !wanted.contains(e.getKey()))
                .map(e -> e.getKey() + " (" + e.getValue().digest() + ")")
                .toList();
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new InvalidInputException("the index must have exactly " + wanted + "; missing " + missing
                    + ", unexpected " + unexpected + ". Add what is missing and drop the others.");
        }
    }
}
