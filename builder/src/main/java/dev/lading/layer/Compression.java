package dev.lading.layer;

import dev.lading.gzip.GzipEncoder;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.MediaType;
import dev.lading.oci.UnsupportedException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import dev.lading.zstd.Zstd;
import dev.lading.zstd.ZstdEncoder;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;

/** How a layer is compressed. Immutable. */
public final class Compression {
    private enum Form {
        NONE("none"),
        GZIP("gzip"),
        ZSTD("zstd");

        private final String word;

        Form(String word) {
            this.word = word;
        }
    }

    private static final int SAMPLE_BYTES = 16 * 1024;

    private final Form form;
    private final int level;

    private Compression(Form form, int level) {
        this.form = form;
        this.level = level;
    }

    /**
     * Gzip at its default level, 6.
     *
     * @return the compression
     */
    public static Compression gzip() {
        return new Compression(Form.GZIP, GzipEncoder.DEFAULT_LEVEL);
    }

    /**
     * Gzip at a level. The bytes depend on content and level alone.
     *
     * @param level from 1, fastest, to 9, smallest
     * @return the compression
     * @throws InvalidInputException if the level is out of range
     */
    public static Compression gzip(int level) {
        return new Compression(Form.GZIP, checked("gzip", level, GzipEncoder.MIN_LEVEL, GzipEncoder.MAX_LEVEL));
    }

    /**
     * Zstd at its default level, 3: smaller and faster than gzip, for engines and registries that know it.
     *
     * @return the compression
     */
    public static Compression zstd() {
        return new Compression(Form.ZSTD, Zstd.DEFAULT_LEVEL);
    }

    /**
     * Zstd at a level. It needs the library zstd-jni, which is not among this library's own dependencies; the bytes depend on
     * content, level and that library's version.
     *
     * @param level from 1, fastest, to 19, smallest
     * @return the compression
     * @throws InvalidInputException if the level is out of range
     */
    public static Compression zstd(int level) {
        return new Compression(Form.ZSTD, checked("zstd", level, Zstd.MIN_LEVEL, Zstd.MAX_LEVEL));
    }

    /**
     * No compression: the layer is the tar itself.
     *
     * @return the compression
     */
    public static Compression none() {
        return new Compression(Form.NONE, 0);
    }

    private static int checked(String word, int level, int min, int max) {
        if (level < min || level > max) {
            throw new InvalidInputException(word + " has the levels " + min + " to " + max + ", not " + level);
        }
        return level;
    }

    boolean isNone() {
        return form == Form.NONE;
    }

    /**
     * Fails before anything is read where the compression cannot be done.
     *
     * @throws UnsupportedException if a library is missing
     */
    void requirePresent() {
        if (form == Form.ZSTD) {
            Zstd.missing().ifPresent(why -> {
                throw new UnsupportedException("no layer can be compressed by zstd here: " + why);
            });
        }
    }

    /** One run of the compression: closed in any case, finished if all went well. */
    interface Encoder extends Closeable {
        OutputStream in();

        void finish() throws IOException;
    }

    /**
     * Begins a run.
     *
     * @param threads how many may work, the caller's among them
     * @param executor where the others are; threads of the encoder's own if it is empty
     */
    Encoder encoder(OutputStream out, int threads, Optional<Executor> executor) throws IOException {
        return switch (form) {
            case GZIP ->
                of(executor.map(others -> new GzipEncoder(out, level, threads, others))
                        .orElseGet(() -> new GzipEncoder(out, level, threads)));
            case ZSTD ->
                of(
                        executor.isPresent()
                                ? new ZstdEncoder(out, level, threads, executor.get())
                                : new ZstdEncoder(out, level, threads));
            case NONE -> throw new IllegalStateException("nothing is compressed");
        };
    }

    /** Writes a small tar that has something of everything, so compressed: other bytes mean another version. */
    void sample(OutputStream out) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(bytes);
        byte[] content = new byte[SAMPLE_BYTES];
        for (int i = 0, state = 1; i < SAMPLE_BYTES; i++) {
            state = state * 1103515245 + 12345;
            content[i] = (byte) (i % 3 == 0 ? state >>> 28 : state >>> 25 & 7);
        }
        tar.write(TarEntry.folder("folder"));
        tar.write(TarEntry.file("folder/\u00e9".repeat(20), SAMPLE_BYTES).withOwner(1L << 22, 1), content);
        tar.write(TarEntry.symlink("link", "folder"));
        tar.finish();
        if (isNone()) {
            bytes.writeTo(out);
            return;
        }
        try (Encoder encoder = encoder(out, 1, Optional.empty())) {
            bytes.writeTo(encoder.in());
            encoder.finish();
        }
    }

    private static Encoder of(GzipEncoder gzip) {
        return new Encoder() {
            @Override
            public OutputStream in() {
                return gzip;
            }

            @Override
            public void finish() throws IOException {
                gzip.finish();
            }

            @Override
            public void close() {
                gzip.close();
            }
        };
    }

    private static Encoder of(ZstdEncoder zstd) {
        return new Encoder() {
            @Override
            public OutputStream in() {
                return zstd;
            }

            @Override
            public void finish() throws IOException {
                zstd.finish();
            }

            @Override
            public void close() {
                zstd.close();
            }
        };
    }

    /**
     * Returns the type of a layer so compressed.
     *
     * @return one of OCI's layer types
     */
    public MediaType mediaType() {
        return switch (form) {
            case NONE -> MediaType.OCI_LAYER;
            case GZIP -> MediaType.OCI_LAYER_GZIP;
            case ZSTD -> MediaType.OCI_LAYER_ZSTD;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Compression that && form == that.form && level == that.level;
    }

    @Override
    public int hashCode() {
        return Objects.hash(form, level);
    }

    /** Returns {@code gzip LEVEL}, {@code zstd LEVEL} or {@code none}. */
    @Override
    public String toString() {
        return isNone() ? form.word : form.word + " " + level;
    }
}
