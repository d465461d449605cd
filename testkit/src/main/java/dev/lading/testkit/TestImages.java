package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.MemoryStore;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tiny images made in memory: one layer with one small file a platform, the same bytes each time. */
public final class TestImages {
    private TestImages() {}

    /**
     * Makes an image.
     *
     * @param platform its platform
     * @return the image, in a memory of its own
     */
    public static ContentGraph image(Platform platform) {
        MemoryStore store = MemoryStore.create();
        return ContentGraph.of(put(Digest.Algorithm.SHA256, platform, store), store);
    }

    /**
     * Makes an index.
     *
     * @param platforms the platforms of its images
     * @return the index, in a memory of its own
     */
    public static ContentGraph index(Platform... platforms) {
        return index(Digest.Algorithm.SHA256, platforms);
    }

    /**
     * Makes an index whose documents and blobs are all named by one algorithm.
     *
     * @param algorithm the algorithm
     * @param platforms the platforms of its images
     * @return the index, in a memory of its own
     */
    public static ContentGraph index(Digest.Algorithm algorithm, Platform... platforms) {
        MemoryStore store = MemoryStore.create();
        List<Descriptor> images = new ArrayList<>();
        for (Platform platform : platforms) {
            images.add(put(algorithm, platform, store).withPlatform(platform));
        }
        Document document = Document.of(algorithm, ImageIndex.of(images));
        store.put(document);
        return ContentGraph.of(document.descriptor(), store);
    }

    private static Descriptor put(Digest.Algorithm algorithm, Platform platform, MemoryStore store) {
        Descriptor layer = store.ingest(MediaType.OCI_LAYER, algorithm, out -> {
                    byte[] content = ("for " + platform + "\n").getBytes(UTF_8);
                    TarWriter tar = new TarWriter(out);
                    tar.write(TarEntry.file("platform", content.length).withMode(0644), content);
                    tar.finish();
                    return true;
                })
                .descriptor();
        byte[] config = ImageConfig.create(platform)
                .append(
                        layer.digest(),
                        new History(Optional.of(Instant.EPOCH), Optional.of("test"), Optional.empty(), false))
                .bytes();
        Descriptor stored = store.ingest(MediaType.OCI_CONFIG, algorithm, out -> {
                    out.write(config);
                    return true;
                })
                .descriptor();
        Document manifest = Document.of(algorithm, ImageManifest.of(stored, List.of(layer)));
        store.put(manifest);
        return manifest.descriptor();
    }
}
