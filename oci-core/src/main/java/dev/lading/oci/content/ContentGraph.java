package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageFormat;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.PlatformMatcher;
import dev.lading.oci.PlatformSelection;
import dev.lading.oci.UnsupportedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A descriptor and the place it is read from: everything reachable below it.
 *
 * <p>Immutable and lazy: documents are read when they are asked for, each time anew. Safe for use by many threads if the
 * place is.
 */
public final class ContentGraph {
    /** The deepest nesting of indexes that is followed. */
    static final int MAX_DEPTH = 8;
    /** The most documents of one graph. */
    static final int MAX_DOCUMENTS = 1_000;

    private final Descriptor descriptor;
    private final ContentSource source;

    private ContentGraph(Descriptor descriptor, ContentSource source) {
        this.descriptor = Objects.requireNonNull(descriptor);
        this.source = Objects.requireNonNull(source);
    }

    /**
     * Makes the graph below a descriptor.
     *
     * @param descriptor a manifest or an index
     * @param source the place it is read from
     * @return the graph
     */
    public static ContentGraph of(Descriptor descriptor, ContentSource source) {
        return new ContentGraph(descriptor, source);
    }

    /**
     * Returns what the graph hangs on.
     *
     * @return the descriptor of a manifest or an index
     */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Returns the place the graph is read from.
     *
     * @return the place
     */
    public ContentSource source() {
        return source;
    }

    /**
     * Returns the node the graph hangs on.
     *
     * @return the root
     */
    public GraphNode root() {
        return node(descriptor, Role.MANIFEST);
    }

    private GraphNode node(Descriptor child, Role role) {
        return new GraphNode(child, role, source.at(child, role));
    }

    /**
     * Reads the document the graph hangs on.
     *
     * @return the document
     * @throws LadingException as {@link ContentSource#document}
     */
    public Document document() {
        return source.document(descriptor);
    }

    /**
     * Returns the children that a document names, in its order, each with its role: an index's entries are manifests,
     * whatever their type; a manifest's configuration and layers are blobs, whatever theirs. A document of unknown type is a
     * leaf.
     *
     * @param document a document of this graph
     * @return the children
     * @throws InvalidInputException if the document is not what its type says
     */
    public List<GraphNode> children(Document document) {
        if (document.descriptor().mediaType().isIndex()) {
            return ((ImageIndex) document.manifest())
                    .manifests().stream().map(d -> node(d, Role.MANIFEST)).toList();
        }
        if (document.descriptor().mediaType().isImageManifest()) {
            ImageManifest manifest = (ImageManifest) document.manifest();
            List<GraphNode> children = new ArrayList<>();
            children.add(node(manifest.config(), Role.BLOB));
            manifest.layers().forEach(layer -> children.add(node(layer, Role.BLOB)));
            return children;
        }
        return List.of();
    }

    /**
     * Reads all documents of the graph once and lists every node below, children before parents, each digest and role once.
     *
     * @return the walk, with the documents read
     * @throws InvalidInputException if indexes nest deeper than {@value #MAX_DEPTH}, or there are more than
     *     {@value #MAX_DOCUMENTS} documents
     * @throws LadingException as {@link ContentSource#document}
     */
    Walk walk() {
        Walk walk = new Walk(new LinkedHashMap<>(), new LinkedHashMap<>());
        visit(root(), 1, walk);
        return walk;
    }

    private void visit(GraphNode node, int depth, Walk walk) {
        Met met = Met.of(node.descriptor());
        if (walk.documents.containsKey(met)) {
            return;
        }
        if (depth > MAX_DEPTH) {
            throw new InvalidInputException("indexes nest deeper than " + MAX_DEPTH + " below " + descriptor.digest()
                    + " in " + source.describe());
        }
        Document document = node.source().document(node.descriptor());
        for (GraphNode child : children(document)) {
            if (child.role() == Role.MANIFEST) {
                visit(child, depth + 1, walk);
            } else {
                walk.blobs.putIfAbsent(Met.of(child.descriptor()), child);
            }
        }
        walk.documents.putIfAbsent(met, document);
        if (walk.documents.size() > MAX_DOCUMENTS) {
            throw new InvalidInputException("there are more than " + MAX_DOCUMENTS + " documents below "
                    + descriptor.digest() + " in " + source.describe());
        }
    }

    /**
     * What a walk found.
     *
     * @param blobs every blob
     * @param documents every document, children before parents
     */
    record Walk(Map<Met, GraphNode> blobs, Map<Met, Document> documents) {}

    /** What makes a node the same as one met before: one digest named with another type or size has to be looked at too. */
    record Met(Digest digest, MediaType mediaType, long size) {
        static Met of(Descriptor descriptor) {
            return new Met(descriptor.digest(), descriptor.mediaType(), descriptor.size());
        }
    }

    /** The document the graph hangs on, as a walk read it. */
    Document root(Walk walk) {
        return Objects.requireNonNull(walk.documents().get(Met.of(descriptor)), "a walk visits the root");
    }

    /**
     * Returns the images of this graph: itself if it is one, else those its index and nested indexes name. Entries that are
     * no images for a platform (attestations: {@code unknown/unknown}) are left out. A platform that a descriptor does not
     * say is read from the configuration.
     *
     * @return the images in their order
     * @throws InvalidInputException if indexes nest deeper than {@value #MAX_DEPTH}, or more than {@value #MAX_DOCUMENTS}
     *     indexes or images are named, those named again counted again
     * @throws LadingException as {@link ContentSource#document}
     */
    public List<Image> images() {
        List<Image> images = new ArrayList<>();
        collect(descriptor, 1, 0, images);
        return images;
    }

    /**
     * Collects the images below a descriptor.
     *
     * @param read how many indexes were read so far: each may name one other many times, and so on
     * @return how many were read then
     */
    private int collect(Descriptor at, int depth, int read, List<Image> images) {
        if (depth > MAX_DEPTH || read >= MAX_DOCUMENTS || images.size() >= MAX_DOCUMENTS) {
            throw new InvalidInputException(
                    "too many or too deeply nested images below " + descriptor.digest() + " in " + source.describe());
        }
        if (at.mediaType().isIndex()) {
            int now = read + 1;
            for (Descriptor child : ((ImageIndex) source.document(at).manifest()).manifests()) {
                now = collect(child, depth + 1, now, images);
            }
            return now;
        }
        if (at.mediaType().isImageManifest()
                && !at.platform().filter(Platform::isNone).isPresent()) {
            images.add(Image.of(at, source));
        }
        return read;
    }

    /**
     * Returns the image for a platform, strictly after normalising; the first where several match. A platform that the index
     * does not say is read from the image's configuration first.
     *
     * @param platform the platform wanted
     * @return the image
     * @throws NotFoundException if there is none; the message lists what there is and the nearest that would run
     * @throws LadingException as {@link ContentSource#document}
     */
    public Image image(Platform platform) {
        return image(platform, PlatformMatcher.strict());
    }

    /**
     * Returns the best image for a platform by a rule: {@code image(platform, compatible())} takes what a machine of the
     * platform runs. A platform that the index does not say is read from the image's configuration first.
     *
     * @param platform the platform wanted
     * @param rule makes the matcher of it, such as {@link PlatformMatcher#compatible()}
     * @return the image
     * @throws NotFoundException if none matches; the message lists what there is and the nearest that would run
     * @throws LadingException as {@link ContentSource#document}
     */
    public Image image(Platform platform, Function<? super Platform, PlatformMatcher> rule) {
        return selection().one(platform, rule);
    }

    /**
     * Returns the images for several platforms, each as {@link #image(Platform)}; the documents are read once.
     *
     * @param platforms the platforms wanted
     * @return the image for each, in the order of the platforms
     * @throws NotFoundException if there is a platform without one; the message names every such platform
     * @throws LadingException as {@link ContentSource#document}
     */
    public Map<Platform, Image> images(Collection<Platform> platforms) {
        return selection().each(platforms, PlatformMatcher.strict());
    }

    private PlatformSelection<Image> selection() {
        return PlatformSelection.of(images(), Image::platform, source.describe() + " at " + descriptor.digest());
    }

    /**
     * Returns the one image of this graph.
     *
     * @return the image
     * @throws InvalidInputException if there are several, or none
     */
    public Image onlyImage() {
        List<Image> images = images();
        if (images.size() != 1) {
            throw new InvalidInputException(source.describe() + " at " + descriptor.digest() + " holds "
                    + images.size() + " images; name a platform: "
                    + images.stream().map(i -> i.platform().toString()).collect(Collectors.joining(", ")));
        }
        return images.get(0);
    }

    /**
     * Returns this graph in a format: the same images by other media types. Manifests and indexes are made anew where they
     * are of the other format, in memory, so their digests differ; blobs are the same. Never done unless it is asked for.
     *
     * @param format the format
     * @return the graph in that format; this one if it is in it
     * @throws UnsupportedException if the format has no type for something in the graph (Docker has none for layers
     *     compressed by zstd and for artifacts), or an attestation names a digest that would change
     * @throws LadingException as {@link ContentSource#document}
     */
    public ContentGraph in(ImageFormat format) {
        return Conversion.of(this, format);
    }

    /** Returns place and digest for a message. */
    @Override
    public String toString() {
        return source.describe() + "@" + descriptor.digest();
    }
}
