package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Names in foreign archives, made ours: a leading slash means the archive's root, {@code .} and empty parts mean nothing,
 * {@code ..} is refused, and so is what no file system could hold.
 */
final class ArchivePath {
    // Linux's PATH_MAX and NAME_MAX: longer names cannot come from a real tree.
    static final int MAX_PATH_BYTES = 4096;
    static final int MAX_PART_BYTES = 255;

    private ArchivePath() {}

    /**
     * The path below the archive's root; empty for the root itself.
     *
     * @param whiteouts whether names of whiteouts mean what they mean in a layer; else they are refused
     * @param shown the name and where it stands, for messages
     */
    static byte[] of(byte[] name, boolean whiteouts, String shown) {
        ByteArrayOutputStream path = new ByteArrayOutputStream(name.length);
        int start = 0;
        for (int i = 0; i <= name.length; i++) {
            if (i < name.length && name[i] != '/') {
                continue;
            }
            int length = i - start;
            if (length > 0 && !(length == 1 && name[start] == '.')) {
                check(name, start, length, whiteouts, shown);
                if (path.size() > 0) {
                    path.write('/');
                }
                path.write(name, start, length);
            }
            start = i + 1;
        }
        if (path.size() > MAX_PATH_BYTES) {
            throw new InvalidInputException(shown + " has a name longer than " + MAX_PATH_BYTES + " bytes");
        }
        return path.toByteArray();
    }

    private static void check(byte[] name, int start, int length, boolean whiteouts, String shown) {
        if (length == 2 && name[start] == '.' && name[start + 1] == '.') {
            throw new InvalidInputException(shown + " climbs out of the archive by «..». Do not trust this archive.");
        }
        if (length > MAX_PART_BYTES) {
            throw new InvalidInputException(
                    shown + " has a part longer than the " + MAX_PART_BYTES + " bytes that file systems hold");
        }
        String part = new String(name, start, length, StandardCharsets.ISO_8859_1);
        if (part.indexOf('\0') >= 0) {
            throw new InvalidInputException(shown + " holds a NUL");
        }
        if (!whiteouts && Whiteouts.isName(part)) {
            throw new InvalidInputException(
                    shown + " would be read as a whiteout, because its name begins with .wh. Leave it out by exclude(…)"
                            + " or add the archive as a layer.");
        }
    }
}
