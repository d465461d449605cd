package dev.lading.oci.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads Go's build information: sixteen bytes that begin with a mark, then two texts, in line (since Go 1.18) or by address
 * (before it). The same in every executable format.
 */
final class GoReader {
    /** The mark's place is a multiple of this. */
    static final int ALIGN = 16;
    /** How much of the first writable data is looked through for the mark, as Go's own reader does. */
    static final int SEARCHED = 64 << 10;

    private static final String MARK = "\u00ff Go buildinf:";
    private static final int HEADER = 32;
    private static final int MAX_VERSION = 1024;
    /** The text lists each module that was linked, some hundred bytes each. */
    private static final int MAX_MODULES = 1 << 20;

    private static final int SENTINEL = 16;

    private final FileBytes file;
    private final ElfDynamic.Addresses addresses;

    private GoReader(FileBytes file, ElfDynamic.Addresses addresses) {
        this.file = file;
        this.addresses = addresses;
    }

    /** Looks for the mark in the file's first writable data. */
    static Optional<GoBuild> search(FileBytes file, long offset, int length, ElfDynamic.Addresses addresses)
            throws IOException, MissingBytesException {
        byte[] data = file.upTo(offset, Math.min(length, SEARCHED));
        for (int at = 0; at <= data.length - HEADER; at += ALIGN) {
            if (Numbers.says(data, at, MARK)) {
                return new GoReader(file, addresses).read(offset + at);
            }
        }
        if (data.length < Math.min(length, SEARCHED) && !file.endsBefore(offset, data.length + 1L)) {
            throw MissingBytesException.unseen();
        }
        return Optional.empty();
    }

    private Optional<GoBuild> read(long mark) throws IOException, MissingBytesException {
        byte[] header = file.at(mark, HEADER);
        int pointerBytes = header[14];
        int flags = header[15];
        String version;
        String modules;
        if ((flags & 2) != 0) {
            Text first = inline(mark + HEADER, MAX_VERSION);
            version = first.text();
            modules = inline(first.end(), MAX_MODULES).text();
        } else if (pointerBytes == 4 || pointerBytes == 8) {
            boolean big = (flags & 1) != 0;
            version = byAddress(word(header, 16, pointerBytes, big), pointerBytes, big, MAX_VERSION);
            modules = byAddress(word(header, 16 + pointerBytes, pointerBytes, big), pointerBytes, big, MAX_MODULES);
        } else {
            return Optional.empty();
        }
        return version.isEmpty() ? Optional.empty() : Optional.of(build(version, modules));
    }

    private record Text(String text, long end) {}

    private Text inline(long offset, int max) throws IOException, MissingBytesException {
        byte[] prefix = file.upTo(offset, 5);
        long length = 0;
        int i = 0;
        while (true) {
            if (i == prefix.length) {
                throw file.endsBefore(offset, i + 1L) || i == 5
                        ? MissingBytesException.beyond()
                        : MissingBytesException.unseen();
            }
            length |= (prefix[i] & 0x7fL) << 7 * i;
            if (prefix[i++] >= 0) {
                break;
            }
        }
        if (length > max) {
            throw MissingBytesException.beyond();
        }
        return new Text(text(offset + i, (int) length), offset + i + length);
    }

    private String byAddress(long address, int pointerBytes, boolean big, int max)
            throws IOException, MissingBytesException {
        byte[] pair = file.at(addresses.offset(address), 2 * pointerBytes);
        long length = word(pair, pointerBytes, pointerBytes, big);
        if (length < 0 || length > max) {
            throw MissingBytesException.beyond();
        }
        return length == 0 ? "" : text(addresses.offset(word(pair, 0, pointerBytes, big)), (int) length);
    }

    private String text(long offset, int length) throws IOException, MissingBytesException {
        // One character a byte, for the sentinels around the text are no UTF-8.
        return new String(file.at(offset, length), StandardCharsets.ISO_8859_1);
    }

    private static long word(byte[] bytes, int at, int pointerBytes, boolean big) {
        return pointerBytes == 8 ? Numbers.i64(bytes, at, big) : Numbers.u32(bytes, at, big);
    }

    private static GoBuild build(String version, String modules) {
        Optional<String> path = Optional.empty();
        Map<String, String> settings = new LinkedHashMap<>();
        if (modules.length() > 2 * SENTINEL && modules.charAt(modules.length() - SENTINEL - 1) == '\n') {
            for (String line : utf8(modules.substring(SENTINEL, modules.length() - SENTINEL))
                    .split("\n")) {
                if (line.startsWith("path\t")) {
                    path = Optional.of(line.substring("path\t".length()));
                } else if (line.startsWith("build\t")) {
                    String[] pair = line.substring("build\t".length()).split("=", 2);
                    if (pair.length == 2) {
                        settings.putIfAbsent(pair[0], unquoted(pair[1]));
                    }
                }
            }
        }
        return new GoBuild(utf8(version), path, settings);
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    // Values with white space stand in quotes; the settings that matter here never do.
    private static String unquoted(String value) {
        return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }
}
