package dev.lading.layer;

import dev.lading.layer.ArchiveScan.NotCarried;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a cache knows of a layer.
 *
 * @param layer the layer
 * @param doubtful files whose facts did not suffice when it was made, by content
 * @param files what an observer is shown
 * @param notCarried what an observer is told of before
 */
record CacheRecord(Layer layer, List<Doubtful> doubtful, List<Seen> files, List<NotCarried> notCarried) {
    private static final int FORMAT = 3;
    private static final int DIGEST_BYTES = 32;

    /** A file that had been changed just before it was read. */
    record Doubtful(byte[] path, byte[] sha256) {}

    /** The beginning of a file, and the platform it needs if it is an executable. */
    record Seen(String path, byte[] firstBytes, Optional<Platform> executable) {}

    CacheRecord withDoubtful(List<Doubtful> left) {
        return new CacheRecord(layer, List.copyOf(left), files, notCarried);
    }

    /** The record with its own sha256 at the end. */
    byte[] bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            Descriptor descriptor = layer.descriptor();
            out.writeUTF(descriptor.mediaType().value());
            out.writeUTF(descriptor.digest().toString());
            out.writeLong(descriptor.size());
            out.writeUTF(layer.diffId().toString());
            out.writeInt(doubtful.size());
            for (Doubtful file : doubtful) {
                put(out, file.path());
                put(out, file.sha256());
            }
            out.writeInt(files.size());
            for (Seen file : files) {
                out.writeUTF(file.path());
                put(out, file.firstBytes());
                out.writeUTF(file.executable().map(Platform::toString).orElse(""));
            }
            out.writeInt(notCarried.size());
            for (NotCarried left : notCarried) {
                out.writeUTF(left.path());
                out.writeUTF(left.attribute());
            }
        }
        bytes.writeBytes(sha256(bytes.toByteArray(), bytes.size()));
        return bytes.toByteArray();
    }

    private static void put(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** The record that bytes hold; empty if they are damaged or another version's. */
    static Optional<CacheRecord> read(byte[] bytes) {
        int length = bytes.length - DIGEST_BYTES;
        if (length < 0
                || !MessageDigest.isEqual(sha256(bytes, length), Arrays.copyOfRange(bytes, length, bytes.length))) {
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length))) {
            if (in.readInt() != FORMAT) {
                return Optional.empty();
            }
            MediaType type = new MediaType(in.readUTF());
            Digest digest = Digest.parse(in.readUTF());
            Descriptor descriptor = Descriptor.of(type, digest, in.readLong());
            Layer layer = new Layer(descriptor, Digest.parse(in.readUTF()));
            List<Doubtful> doubtful = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                doubtful.add(new Doubtful(in.readNBytes(in.readInt()), in.readNBytes(in.readInt())));
            }
            List<Seen> files = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                String path = in.readUTF();
                byte[] firstBytes = in.readNBytes(in.readInt());
                String executable = in.readUTF();
                files.add(new Seen(
                        path,
                        firstBytes,
                        executable.isEmpty() ? Optional.empty() : Optional.of(Platform.parse(executable))));
            }
            List<NotCarried> notCarried = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                notCarried.add(new NotCarried(in.readUTF(), in.readUTF()));
            }
            return Optional.of(new CacheRecord(layer, doubtful, files, notCarried));
        } catch (IOException | LadingException e) {
            return Optional.empty();
        }
    }

    private static byte[] sha256(byte[] bytes, int length) {
        MessageDigest digest = Digest.Algorithm.SHA256.newMessageDigest();
        digest.update(bytes, 0, length);
        return digest.digest();
    }
}
