package dev.lading.oci.rootfs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.tar.TarEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The name of an entry as the steps from the root; empty for the root itself. One character of a step is one byte.
 *
 * <p>A leading slash means the root of the image, as every tool reads it; {@code .} and empty steps mean nothing;
 * {@code ..} is refused.
 */
record EntryPath(List<String> steps) {
    /** Linux's PATH_MAX and NAME_MAX: longer names cannot come from a real tree. */
    private static final int MAX_PATH_BYTES = 4096;

    private static final int MAX_STEP_BYTES = 255;

    static EntryPath ofName(TarEntry entry) throws LayerException {
        return of(entry.name(), entry.shownName());
    }

    static EntryPath ofLink(TarEntry entry) throws LayerException {
        return of(entry.linkName(), "the target of " + entry.shownName());
    }

    private static EntryPath of(byte[] bytes, String shown) throws LayerException {
        if (bytes.length > MAX_PATH_BYTES) {
            throw new LayerException("a path of " + bytes.length + " bytes is longer than " + MAX_PATH_BYTES);
        }
        List<String> steps = new ArrayList<>();
        for (String step : split(new String(bytes, ISO_8859_1))) {
            if (step.equals("..")) {
                throw new LayerException(shown + " climbs with «..»");
            }
            if (step.length() > MAX_STEP_BYTES) {
                throw new LayerException(shown + " has a step longer than " + MAX_STEP_BYTES + " bytes");
            }
            if (!step.equals(".")) {
                steps.add(step);
            }
        }
        return new EntryPath(steps);
    }

    /** The steps of a path without the empty ones; {@code .} and {@code ..} are kept. */
    static List<String> split(String path) {
        List<String> steps = new ArrayList<>();
        int start = 0;
        while (start <= path.length()) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            if (end > start) {
                steps.add(path.substring(start, end));
            }
            start = end + 1;
        }
        return steps;
    }

    boolean isRoot() {
        return steps.isEmpty();
    }

    List<String> parents() {
        return steps.subList(0, steps.size() - 1);
    }

    String last() {
        return steps.get(steps.size() - 1);
    }
}
