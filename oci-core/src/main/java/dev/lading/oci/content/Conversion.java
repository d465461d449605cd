package dev.lading.oci.content;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageFormat;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Manifest;
import dev.lading.oci.UnsupportedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One conversion of a graph to a format: children first, for an index names them by digest. New documents are kept in memory,
 * over the place of the old ones; blobs serve both formats and stay where they are.
 */
final class Conversion {
    /** What BuildKit's attestations say of the manifest they are about: its digest, which a conversion changes. */
    private static final String ABOUT = "vnd.docker.reference.digest";

    private final ContentGraph graph;
    private final ImageFormat format;
    private final MemoryStore made = MemoryStore.create();
    private final Map<Digest, Descriptor> done = new HashMap<>();

    private Conversion(ContentGraph graph, ImageFormat format) {
        this.graph = graph;
        this.format = format;
    }

    static ContentGraph of(ContentGraph graph, ImageFormat format) {
        Conversion conversion = new Conversion(graph, format);
        Descriptor root = conversion.converted(graph.descriptor(), 1);
        return root.equals(graph.descriptor())
                ? graph
                : ContentGraph.of(root, OverlaySource.of(conversion.made, List.of(graph.source())));
    }

    private Descriptor converted(Descriptor old, int depth) {
        if (depth > ContentGraph.MAX_DEPTH || done.size() >= ContentGraph.MAX_DOCUMENTS) {
            throw new InvalidInputException("too many or too deeply nested documents below " + graph);
        }
        boolean known = old.mediaType().isIndex() || old.mediaType().isImageManifest();
        if (!known) {
            return old;
        }
        Descriptor content = done.get(old.digest());
        if (content == null) {
            Document document = graph.source().document(old);
            content = put(old, document.manifest(), depth);
            done.put(old.digest(), content);
        }
        return content.digest().equals(old.digest())
                ? old
                : old.withContent(content.mediaType(), content.digest(), content.size());
    }

    private Descriptor put(Descriptor old, Manifest manifest, int depth) {
        Manifest changed = manifest instanceof ImageIndex index
                ? withChildren(index, depth).in(format)
                : ((ImageManifest) manifest).in(format);
        if (changed.equals(manifest)) {
            return old;
        }
        Document document = Document.of(changed);
        made.put(document);
        return document.descriptor();
    }

    private ImageIndex withChildren(ImageIndex index, int depth) {
        for (Descriptor entry : index.manifests()) {
            String about = entry.annotations().get(ABOUT);
            if (about != null
                    && index.manifests().stream()
                            .anyMatch(d -> d.digest().toString().equals(about) && !isOf(d))) {
                throw new UnsupportedException("the index of " + graph + " holds " + entry
                        + ", which attests to the image " + about
                        + ". A conversion gives that image another digest. Remove the attestation first.");
            }
        }
        return index.replace(entry -> converted(entry, depth + 1));
    }

    private boolean isOf(Descriptor descriptor) {
        return descriptor
                .mediaType()
                .in(format)
                .filter(descriptor.mediaType()::equals)
                .isPresent();
    }
}
