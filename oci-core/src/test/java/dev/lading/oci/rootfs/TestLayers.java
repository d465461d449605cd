package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.gzip.GzipEncoder;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.History;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import dev.lading.zstd.Zstd;
import dev.lading.zstd.ZstdEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Images of hand-made layers, honest and hostile, in memory. */
final class TestLayers {
    private final MemoryStore store = MemoryStore.create();
    private final List<Descriptor> layers = new ArrayList<>();
    private ImageConfig config = ImageConfig.create(Platform.LINUX_AMD64);

    /** A tar under construction. */
    static final class Tar {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarWriter writer = new TarWriter(bytes);

        Tar file(String name, String content) {
            return add(TarEntry.file(name, content.length()), content);
        }

        Tar add(TarEntry entry, String content) {
            try {
                writer.write(entry, content.getBytes(UTF_8));
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Tar add(TarEntry entry) {
            try {
                writer.write(entry);
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Tar folder(String name) {
            return add(TarEntry.folder(name));
        }

        Tar symlink(String name, String target) {
            return add(TarEntry.symlink(name, target));
        }

        Tar hardLink(String name, String target) {
            return add(TarEntry.hardLink(name, target));
        }

        /** A header of a kind that the writer does not write. */
        Tar special(String name, char type) {
            byte[] block = new byte[512];
            put(block, 0, name);
            put(block, 100, "0000644\0" + "0000000\0" + "0000000\0" + "00000000000\0" + "00000000000\0" + "        ");
            block[156] = (byte) type;
            put(block, 257, "ustar\00000");
            int sum = 0;
            for (byte b : block) {
                sum += b & 0xff;
            }
            put(block, 148, String.format("%06o\0 ", sum));
            bytes.writeBytes(block);
            return this;
        }

        private static void put(byte[] block, int offset, String text) {
            byte[] ascii = text.getBytes(ISO_8859_1);
            System.arraycopy(ascii, 0, block, offset, ascii.length);
        }

        byte[] end() {
            try {
                writer.finish();
                return bytes.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static Tar tar() {
        return new Tar();
    }

    static byte[] gzip(byte[] tar) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GzipEncoder encoder = new GzipEncoder(out, 6)) {
            encoder.write(tar);
            encoder.finish();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] zstd(byte[] tar) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdEncoder encoder = new ZstdEncoder(out, Zstd.DEFAULT_LEVEL, 1)) {
            encoder.write(tar);
            encoder.finish();
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An image of these tars, each a gzip layer. */
    static Image image(Tar... tars) {
        TestLayers layers = new TestLayers();
        for (Tar tar : tars) {
            byte[] bytes = tar.end();
            layers.layer(MediaType.OCI_LAYER_GZIP, gzip(bytes), Digest.of(bytes));
        }
        return layers.image();
    }

    TestLayers layer(MediaType type, byte[] stored, Digest diffId) {
        layers.add(ingest(type, stored));
        config = config.append(diffId, new History(Optional.empty(), Optional.of("test"), Optional.empty(), false));
        return this;
    }

    Image image() {
        Descriptor configuration = ingest(MediaType.OCI_CONFIG, config.bytes());
        Document document = Document.of(ImageManifest.of(configuration, layers));
        store.put(document);
        return Image.of(document.descriptor(), store);
    }

    private Descriptor ingest(MediaType type, byte[] bytes) {
        return store.ingest(type, out -> {
                    out.write(bytes);
                    return true;
                })
                .descriptor();
    }
}
