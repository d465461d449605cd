package dev.lading.oci.platform;

import dev.lading.oci.platform.OtherHeader.Form;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Looks for a manifest in a zip archive (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16): among the first local headers,
 * where the tools that make Java archives put it, else by the central directory.
 */
final class JarReader {
    private static final String FOLDER = "META-INF/";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT = 0xffff;
    /** A manifest that lists a checksum for each of thousands of entries is larger; its main section comes first. */
    private static final int MAX_MANIFEST = 64 << 10;
    /** What is read of a central directory: some twenty thousand entries. */
    private static final int MAX_DIRECTORY = 2 << 20;

    private final FileBytes file;

    private JarReader(FileBytes file) {
        this.file = file;
    }

    static ExecutableHeader read(FileBytes file) throws IOException {
        JarReader reader = new JarReader(file);
        boolean folder = false;
        try {
            long at = 0;
            // A folder's entry may come before the manifest's, and nothing else does in what jar tools write.
            for (int i = 0; i < 2; i++) {
                byte[] header = file.at(at, LOCAL_BYTES);
                if (Numbers.i32(header, 0, false) != LOCAL) {
                    break;
                }
                int nameBytes = Numbers.u16(header, 26, false);
                String name = reader.name(at + LOCAL_BYTES, nameBytes);
                if (name.equals(MANIFEST)) {
                    return reader.manifest(at, Numbers.u32(header, 18, false));
                }
                if (!name.equals(FOLDER)) {
                    break;
                }
                folder = true;
                at += LOCAL_BYTES + nameBytes + Numbers.u16(header, 28, false) + Numbers.u32(header, 18, false);
            }
            return reader.byDirectory(folder);
        } catch (MissingBytesException e) {
            return folder ? new JarHeader(Optional.empty(), false) : new OtherHeader(Form.ZIP);
        }
    }

    private String name(long at, int length) throws IOException, MissingBytesException {
        return length > MANIFEST.length() ? "" : new String(file.at(at, length), StandardCharsets.ISO_8859_1);
    }

    private ExecutableHeader byDirectory(boolean folder) throws IOException, MissingBytesException {
        if (file.size() < END_BYTES) {
            throw file.size() == FileBytes.UNKNOWN_SIZE
                    ? MissingBytesException.unseen()
                    : MissingBytesException.beyond();
        }
        int tailBytes = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
        byte[] tail = file.at(file.size() - tailBytes, tailBytes);
        for (int i = tailBytes - END_BYTES; i >= 0; i--) {
            if (Numbers.i32(tail, i, false) == END) {
                long start = Numbers.u32(tail, i + 16, false);
                int length = (int) Math.min(MAX_DIRECTORY, Numbers.u32(tail, i + 12, false));
                return inDirectory(file.upTo(start, length), folder);
            }
        }
        return folder ? new JarHeader(Optional.empty(), false) : new OtherHeader(Form.ZIP);
    }

    private ExecutableHeader inDirectory(byte[] directory, boolean folder) throws IOException, MissingBytesException {
        int at = 0;
        while (at <= directory.length - CENTRAL_BYTES && Numbers.i32(directory, at, false) == CENTRAL) {
            int nameBytes = Numbers.u16(directory, at + 28, false);
            if (nameBytes == MANIFEST.length() && Numbers.says(directory, at + CENTRAL_BYTES, MANIFEST)) {
                return manifest(Numbers.u32(directory, at + 42, false), Numbers.u32(directory, at + 20, false));
            }
            at += CENTRAL_BYTES
                    + nameBytes
                    + Numbers.u16(directory, at + 30, false)
                    + Numbers.u16(directory, at + 32, false);
        }
        return folder ? new JarHeader(Optional.empty(), true) : new OtherHeader(Form.ZIP);
    }

    /** Reads the manifest whose local header stands at a place. Where sizes follow the data, the packed size is given as 0. */
    private ExecutableHeader manifest(long at, long packedBytes) throws IOException {
        try {
            byte[] header = file.at(at, LOCAL_BYTES);
            int method = Numbers.u16(header, 8, false);
            long start = at + LOCAL_BYTES + Numbers.u16(header, 26, false) + Numbers.u16(header, 28, false);
            boolean sizeFollows = packedBytes == 0 || packedBytes > MAX_MANIFEST;
            byte[] packed = file.upTo(start, sizeFollows ? MAX_MANIFEST : (int) packedBytes);
            if (method == 0 && !sizeFollows) {
                return jar(packed);
            }
            return method == 8 ? jar(inflated(packed)) : new JarHeader(Optional.empty(), false);
        } catch (MissingBytesException e) {
            return new JarHeader(Optional.empty(), false);
        }
    }

    private static byte[] inflated(byte[] packed) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            byte[] out = new byte[MAX_MANIFEST];
            int length = 0;
            while (length < out.length && !inflater.finished()) {
                int n = inflater.inflate(out, length, out.length - length);
                if (n == 0) {
                    break;
                }
                length += n;
            }
            return Arrays.copyOf(out, length);
        } catch (DataFormatException e) {
            return new byte[0];
        } finally {
            inflater.end();
        }
    }

    private static JarHeader jar(byte[] manifest) {
        try {
            // The main section ends at an empty line; what follows may be cut.
            String text = new String(manifest, StandardCharsets.ISO_8859_1);
            String main = text.split("\r?\n\r?\n", 2)[0] + "\n\n";
            Attributes attributes = new Manifest(new ByteArrayInputStream(main.getBytes(StandardCharsets.ISO_8859_1)))
                    .getMainAttributes();
            return new JarHeader(
                    Optional.ofNullable(attributes.getValue(Attributes.Name.MAIN_CLASS))
                            .map(String::strip),
                    true);
        } catch (IOException | IllegalArgumentException e) {
            // A manifest that Java itself would refuse names no class.
            return new JarHeader(Optional.empty(), true);
        }
    }
}
