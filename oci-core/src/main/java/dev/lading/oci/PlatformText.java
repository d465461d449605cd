package dev.lading.oci;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The text form of a platform: {@code os[(version[+feature]*)][/architecture[/variant]]}, as containerd writes it.
 *
 * <p>The lists of known words are those of Go ({@code go/build}, known operating systems and architectures), which
 * image-spec's image-index.md names as the source of its words.
 */
final class PlatformText {
    private static final Set<String> SYSTEMS = Set.of(
            "aix",
            "android",
            "darwin",
            "dragonfly",
            "freebsd",
            "hurd",
            "illumos",
            "ios",
            "js",
            "linux",
            "nacl",
            "netbsd",
            "openbsd",
            "plan9",
            "solaris",
            "windows",
            "zos");
    private static final Set<String> ARCHITECTURES = Set.of(
            "386",
            "amd64",
            "amd64p32",
            "arm",
            "armbe",
            "arm64",
            "arm64be",
            "loong64",
            "mips",
            "mipsle",
            "mips64",
            "mips64le",
            "mips64p32",
            "mips64p32le",
            "ppc",
            "ppc64",
            "ppc64le",
            "riscv",
            "riscv64",
            "s390",
            "s390x",
            "sparc",
            "sparc64",
            "wasm");

    /** Words that others use for an architecture and that are no aliases, each with the one that is meant. */
    private static final Map<String, String> NEAR_MISSES = Map.ofEntries(
            Map.entry("x64", "amd64"),
            Map.entry("x86_64_v2", "amd64/v2"),
            Map.entry("x86_64_v3", "amd64/v3"),
            Map.entry("amd64v2", "amd64/v2"),
            Map.entry("amd64v3", "amd64/v3"),
            Map.entry("intel64", "amd64"),
            Map.entry("x86", "386"),
            Map.entry("ia32", "386"),
            Map.entry("i486", "386"),
            Map.entry("i586", "386"),
            Map.entry("i686", "386"),
            Map.entry("aarch64_be", "arm64be"),
            Map.entry("arm64v8", "arm64"),
            Map.entry("armv8", "arm64"),
            Map.entry("armv8l", "arm/v8"),
            Map.entry("arm32v7", "arm/v7"),
            Map.entry("armv7", "arm/v7"),
            Map.entry("armv7l", "arm/v7"),
            Map.entry("armv7hl", "arm/v7"),
            Map.entry("arm32v6", "arm/v6"),
            Map.entry("armv6", "arm/v6"),
            Map.entry("armv6l", "arm/v6"),
            Map.entry("arm32v5", "arm/v5"),
            Map.entry("armv5", "arm/v5"),
            Map.entry("armv5tel", "arm/v5"),
            Map.entry("loongarch64", "loong64"),
            Map.entry("mips64el", "mips64le"),
            Map.entry("mipsel", "mipsle"),
            Map.entry("powerpc", "ppc"),
            Map.entry("powerpc64", "ppc64"),
            Map.entry("powerpc64le", "ppc64le"),
            Map.entry("ppc64el", "ppc64le"),
            Map.entry("riscv64gc", "riscv64"),
            Map.entry("wasm32", "wasm"));

    private static final Pattern SYSTEM = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern OPTION = Pattern.compile("[A-Za-z0-9_.%-]*");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final String FORM = "it is written os/architecture[/variant], such as linux/arm64, linux/arm/v7 or"
            + " windows(10.0.20348.2700)/amd64";
    private static final int MAX_PARTS = 3;
    private static final int HEX = 16;
    // No platform comes near this.
    private static final int MAX_LENGTH = 1_000;

    private PlatformText() {}

    static boolean isKnownSystem(String normalized) {
        return SYSTEMS.contains(normalized);
    }

    static boolean isKnownArchitecture(String normalized) {
        return ARCHITECTURES.contains(normalized);
    }

    /**
     * Reads a text.
     *
     * @param host fills in for what a text of one part leaves out; without it such a text is refused
     * @param strict whether an architecture that is not listed is refused
     */
    static Platform read(String text, Optional<Platform> host, boolean strict) {
        if (text.length() > MAX_LENGTH) {
            throw refused(text, "is longer than " + MAX_LENGTH + " characters");
        }
        if (text.indexOf('*') >= 0) {
            throw refused(text, "has a wildcard; name one platform");
        }
        String[] parts = text.split("/", -1);
        if (parts.length > MAX_PARTS) {
            throw refused(text, "has " + parts.length + " parts, at most " + MAX_PARTS + " are read; " + FORM);
        }
        for (String part : parts) {
            if (part.isEmpty()) {
                throw refused(text, text.isEmpty() ? "is empty; " + FORM : "has an empty part; " + FORM);
            }
        }
        if (parts.length == 1) {
            return single(text, host);
        }
        Platform system = system(text, parts[0]);
        for (int i = 1; i < parts.length; i++) {
            if (!WORD.matcher(parts[i]).matches()) {
                throw refused(
                        text,
                        "has the part «" + Printable.shown(parts[i])
                                + "», which is not a word of letters, digits, dot, dash and underscore");
            }
        }
        Platform read = new Platform(
                system.os(),
                parts[1],
                parts.length == MAX_PARTS ? Optional.of(parts[2]) : Optional.empty(),
                system.osVersion(),
                system.osFeatures());
        if (strict && !isKnownArchitecture(read.normalized().architecture())) {
            throw refused(text, "has the architecture «" + Printable.shown(parts[1]) + "», " + instead(read));
        }
        return read;
    }

    /** A text of one part: an operating system if it is a known one, else a known architecture; never another word. */
    private static Platform single(String text, Optional<Platform> host) {
        Platform asSystem =
                text.indexOf('(') >= 0 || SYSTEM.matcher(text).matches() ? system(text, text) : Platform.of("", text);
        boolean isSystem = SYSTEMS.contains(asSystem.normalized().os());
        Platform asArchitecture = Platform.of(host.map(Platform::os).orElse(""), text);
        boolean isArchitecture = isKnownArchitecture(asArchitecture.normalized().architecture());
        if (!isSystem && !isArchitecture) {
            String meant = Optional.ofNullable(NEAR_MISSES.get(Platform.lower(text)))
                    .map(m -> "; did you mean " + m + "?")
                    .orElse("");
            throw refused(text, "is neither a known operating system nor a known architecture" + meant);
        }
        if (host.isEmpty()) {
            throw refused(
                    text,
                    isSystem
                            ? "names no architecture; write " + text + "/amd64 or another"
                            : "names no operating system; write linux/" + text + " or another");
        }
        if (!isSystem) {
            return asArchitecture;
        }
        Platform here = host.get().normalized();
        // The default variant of arm stays unsaid, as in what people write.
        Optional<String> variant =
                here.architecture().equals("arm") ? here.variant().filter(v -> !v.equals("v7")) : Optional.empty();
        return new Platform(asSystem.os(), here.architecture(), variant, asSystem.osVersion(), asSystem.osFeatures());
    }

    private static Platform system(String text, String part) {
        int open = part.indexOf('(');
        boolean closed = open < 0 || part.endsWith(")");
        String name = open < 0 ? part : part.substring(0, open);
        // Nothing, or version+feature+feature, the version perhaps empty.
        List<String> options = open < 0 || !closed
                ? List.of()
                : List.of(part.substring(open + 1, part.length() - 1).split("\\+", -1));
        if (!closed
                || !SYSTEM.matcher(name).matches()
                || !options.stream().allMatch(option -> OPTION.matcher(option).matches())) {
            throw refused(
                    text,
                    "has the operating system «" + Printable.shown(part)
                            + "», which is not letters, digits, dash and underscore, with (version+feature) at most");
        }
        List<String> read = new ArrayList<>();
        options.forEach(option -> read.add(decoded(text, option)));
        Optional<String> version =
                read.isEmpty() || read.get(0).isEmpty() ? Optional.empty() : Optional.of(read.get(0));
        return new Platform(
                name, "", Optional.empty(), version, read.isEmpty() ? List.of() : read.subList(1, read.size()));
    }

    private static String instead(Platform read) {
        String word = Platform.lower(read.architecture());
        String meant = NEAR_MISSES.get(word);
        if (meant != null) {
            return "which is not listed; did you mean " + meant + "?";
        }
        if (SYSTEMS.contains(word)) {
            return "which is an operating system; the operating system comes first";
        }
        return ARCHITECTURES.stream()
                .filter(known -> isOneSlipFrom(known, word))
                .sorted()
                .findFirst()
                .map(known -> "which is not listed; did you mean " + known + "?")
                .orElse("which is not listed; known are "
                        + String.join(", ", ARCHITECTURES.stream().sorted().toList()));
    }

    /** Whether one letter more, less, other, or two exchanged neighbours make one word of the other. */
    private static boolean isOneSlipFrom(String known, String word) {
        int start = 0;
        int shorter = Math.min(known.length(), word.length());
        while (start < shorter && known.charAt(start) == word.charAt(start)) {
            start++;
        }
        String k = known.substring(start);
        String w = word.substring(start);
        if (k.isEmpty() || w.isEmpty()) {
            return k.length() + w.length() == 1;
        }
        boolean other = k.substring(1).equals(w.substring(1));
        boolean more = k.equals(w.substring(1));
        boolean less = k.substring(1).equals(w);
        boolean exchanged = k.length() > 1
                && w.length() > 1
                && k.charAt(0) == w.charAt(1)
                && k.charAt(1) == w.charAt(0)
                && k.substring(2).equals(w.substring(2));
        return other || more || less || exchanged;
    }

    private static InvalidInputException refused(String text, String why) {
        return new InvalidInputException("the platform «" + Printable.shown(text) + "» " + why);
    }

    private static String decoded(String text, String option) {
        if (option.indexOf('%') < 0) {
            return option;
        }
        ByteBuffer bytes = ByteBuffer.allocate(option.length());
        for (int i = 0; i < option.length(); i++) {
            char c = option.charAt(i);
            if (c != '%') {
                bytes.put((byte) c);
                continue;
            }
            int high = i + 2 < option.length() ? Character.digit(option.charAt(i + 1), HEX) : -1;
            int low = i + 2 < option.length() ? Character.digit(option.charAt(i + 2), HEX) : -1;
            if (high < 0 || low < 0) {
                throw refused(text, "has a % that is not followed by two hexadecimal digits");
            }
            bytes.put((byte) (high * HEX + low));
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "the platform «" + Printable.shown(text) + "» has a percent-coded part that is not UTF-8", e);
        }
    }

    /** Prints in full; with what it cannot hold plainly percent-coded, so that no order to a terminal gets through. */
    static String print(Platform platform) {
        StringBuilder text = new StringBuilder(word(platform.os()));
        if (platform.osVersion().isPresent() || !platform.osFeatures().isEmpty()) {
            text.append('(').append(coded(platform.osVersion().orElse("")));
            platform.osFeatures().forEach(feature -> text.append('+').append(coded(feature)));
            text.append(')');
        }
        return text.append(architecture(platform)).toString();
    }

    static String printShort(Platform platform) {
        return word(platform.os()) + architecture(platform);
    }

    private static String architecture(Platform platform) {
        return "/" + word(platform.architecture())
                + platform.variant().map(v -> "/" + coded(v)).orElse("");
    }

    private static String word(String word) {
        return word.isEmpty() ? "unknown" : coded(word);
    }

    private static String coded(String option) {
        StringBuilder coded = new StringBuilder();
        for (byte b : option.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '_'
                    || c == '.'
                    || c == '-';
            if (plain) {
                coded.append(c);
            } else {
                coded.append(String.format("%%%02X", (int) c));
            }
        }
        return coded.toString();
    }
}
