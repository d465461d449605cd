package dev.lading.oci;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What others call a platform: the words that build scripts map by hand.
 *
 * <p>{@link #nameOf} translates to the other's word, {@link #platform} back where the word means one platform. A level of amd64
 * or a variant of arm64 has a word of its own in Go alone; elsewhere it is called as its architecture is.
 */
public enum PlatformNaming {
    /** The machine as {@code uname -m} prints it on Linux, such as {@code aarch64}. */
    UNAME,
    /**
     * Debian's architecture as {@code dpkg --print-architecture} prints it, such as {@code ppc64el}. Its {@code armel} is
     * {@code arm/v5}; {@link Platform#normalized()} takes the word for {@code arm/v6}, as containerd does. {@code arm/v6} has
     * no name in Debian.
     */
    DEBIAN,
    /** Go's environment for cross compiling, such as {@code GOOS=linux GOARCH=arm GOARM=7}. */
    GO,
    /** Rust's target with the usual libraries of the system, such as {@code armv7-unknown-linux-gnueabihf}. */
    RUST,
    /** The GNU triple as Debian's compilers and library folders use it, such as {@code arm-linux-gnueabihf}. */
    GNU,
    /** Node's {@code process.platform} and {@code process.arch} with a dash between, such as {@code win32-x64}. */
    NODE;

    /** Platform, then the names in the order above without Go's, which are made by rule; a dash where there is none. */
    private static final String[][] TABLE = {
        {"linux/amd64", "x86_64", "amd64", "x86_64-unknown-linux-gnu", "x86_64-linux-gnu", "linux-x64"},
        {"linux/386", "i686", "i386", "i686-unknown-linux-gnu", "i386-linux-gnu", "linux-ia32"},
        {"linux/arm64", "aarch64", "arm64", "aarch64-unknown-linux-gnu", "aarch64-linux-gnu", "linux-arm64"},
        {"linux/arm/v8", "armv8l", "-", "-", "-", "linux-arm"},
        {"linux/arm/v7", "armv7l", "armhf", "armv7-unknown-linux-gnueabihf", "arm-linux-gnueabihf", "linux-arm"},
        {"linux/arm/v6", "armv6l", "-", "arm-unknown-linux-gnueabihf", "-", "linux-arm"},
        {"linux/arm/v5", "armv5tel", "armel", "armv5te-unknown-linux-gnueabi", "arm-linux-gnueabi", "linux-arm"},
        {"linux/ppc64le", "ppc64le", "ppc64el", "powerpc64le-unknown-linux-gnu", "powerpc64le-linux-gnu", "linux-ppc64"
        },
        {"linux/ppc64", "ppc64", "ppc64", "powerpc64-unknown-linux-gnu", "powerpc64-linux-gnu", "linux-ppc64"},
        {"linux/ppc", "ppc", "powerpc", "powerpc-unknown-linux-gnu", "powerpc-linux-gnu", "linux-ppc"},
        {"linux/s390x", "s390x", "s390x", "s390x-unknown-linux-gnu", "s390x-linux-gnu", "linux-s390x"},
        {"linux/riscv64", "riscv64", "riscv64", "riscv64gc-unknown-linux-gnu", "riscv64-linux-gnu", "linux-riscv64"},
        {
            "linux/loong64",
            "loongarch64",
            "loong64",
            "loongarch64-unknown-linux-gnu",
            "loongarch64-linux-gnu",
            "linux-loong64"
        },
        {"linux/mips64le", "mips64", "mips64el", "mips64el-unknown-linux-gnuabi64", "mips64el-linux-gnuabi64", "-"},
        {"linux/mips64", "mips64", "mips64", "mips64-unknown-linux-gnuabi64", "mips64-linux-gnuabi64", "-"},
        {"linux/mipsle", "mips", "mipsel", "mipsel-unknown-linux-gnu", "mipsel-linux-gnu", "linux-mipsel"},
        {"linux/mips", "mips", "mips", "mips-unknown-linux-gnu", "mips-linux-gnu", "linux-mips"},
        {"linux/sparc64", "sparc64", "sparc64", "sparc64-unknown-linux-gnu", "sparc64-linux-gnu", "-"},
        {"windows/amd64", "-", "-", "x86_64-pc-windows-msvc", "x86_64-w64-mingw32", "win32-x64"},
        {"windows/386", "-", "-", "i686-pc-windows-msvc", "i686-w64-mingw32", "win32-ia32"},
        {"windows/arm64", "-", "-", "aarch64-pc-windows-msvc", "aarch64-w64-mingw32", "win32-arm64"},
        {"darwin/amd64", "-", "-", "x86_64-apple-darwin", "x86_64-apple-darwin", "darwin-x64"},
        {"darwin/arm64", "-", "-", "aarch64-apple-darwin", "aarch64-apple-darwin", "darwin-arm64"},
        {"freebsd/amd64", "-", "-", "x86_64-unknown-freebsd", "x86_64-unknown-freebsd", "freebsd-x64"},
        {"freebsd/arm64", "-", "-", "aarch64-unknown-freebsd", "aarch64-unknown-freebsd", "freebsd-arm64"},
    };

    /** Other words that mean one platform, by who uses them: naming, word, platform. */
    private static final String[][] OTHER_WORDS = {
        {"UNAME", "i386", "linux/386"},
        {"UNAME", "i486", "linux/386"},
        {"UNAME", "i586", "linux/386"},
        {"UNAME", "armv5tejl", "linux/arm/v5"},
        {"RUST", "x86_64-unknown-linux-musl", "linux/amd64"},
        {"RUST", "i686-unknown-linux-musl", "linux/386"},
        {"RUST", "aarch64-unknown-linux-musl", "linux/arm64"},
        {"RUST", "armv7-unknown-linux-musleabihf", "linux/arm/v7"},
        {"RUST", "arm-unknown-linux-musleabihf", "linux/arm/v6"},
        {"RUST", "armv5te-unknown-linux-musleabi", "linux/arm/v5"},
        {"RUST", "powerpc64le-unknown-linux-musl", "linux/ppc64le"},
        {"RUST", "riscv64gc-unknown-linux-musl", "linux/riscv64"},
        {"RUST", "s390x-unknown-linux-musl", "linux/s390x"},
        {"RUST", "loongarch64-unknown-linux-musl", "linux/loong64"},
        {"RUST", "x86_64-pc-windows-gnu", "windows/amd64"},
        {"RUST", "i686-pc-windows-gnu", "windows/386"},
        {"GNU", "i486-linux-gnu", "linux/386"},
        {"GNU", "i586-linux-gnu", "linux/386"},
        {"GNU", "i686-linux-gnu", "linux/386"},
        {"GNU", "arm64-apple-darwin", "darwin/arm64"},
    };

    /** The names and words of one naming. */
    private record Words(Map<Platform, String> names, Map<String, Platform> platforms) {}

    private static final Map<PlatformNaming, Words> ALL = read();

    private static Map<PlatformNaming, Words> read() {
        Map<PlatformNaming, Words> all = new HashMap<>();
        for (PlatformNaming naming : values()) {
            if (naming != GO) {
                all.put(naming, naming.words());
            }
        }
        return Map.copyOf(all);
    }

    private Words words() {
        int column = this == UNAME ? 1 : this == DEBIAN ? 2 : this == RUST ? 3 : this == GNU ? 4 : 5;
        Map<Platform, String> names = new HashMap<>();
        Map<String, List<Platform>> meanings = new HashMap<>();
        for (String[] row : TABLE) {
            Platform platform = Platform.parse(row[0]);
            if (!row[column].equals("-")) {
                names.put(platform, row[column]);
                meanings.computeIfAbsent(row[column], word -> new ArrayList<>()).add(platform);
            }
        }
        for (String[] other : OTHER_WORDS) {
            if (other[0].equals(name())) {
                meanings.computeIfAbsent(other[1], word -> new ArrayList<>()).add(Platform.parse(other[2]));
            }
        }
        Map<String, Platform> platforms = new HashMap<>();
        meanings.forEach((word, meant) -> {
            if (meant.size() == 1) {
                platforms.put(word, meant.get(0));
            }
        });
        return new Words(Map.copyOf(names), Map.copyOf(platforms));
    }

    /**
     * Returns what this naming calls a platform.
     *
     * @param platform the platform, normalised or not; version and features of its operating system do not matter
     * @return the name, or empty if there is none
     */
    public Optional<String> nameOf(Platform platform) {
        Platform normalized = platform.normalized();
        String os = normalized.os();
        String arch = normalized.architecture();
        Platform plain = normalized
                .variant()
                .filter(v -> !arch.equals("amd64") && !arch.equals("arm64"))
                .map(v -> Platform.of(os, arch, v))
                .orElseGet(() -> Platform.of(os, arch));
        return this == GO
                ? goName(normalized)
                : Optional.ofNullable(words(this).names.get(plain));
    }

    private static Words words(PlatformNaming naming) {
        Words words = ALL.get(naming);
        if (words == null) {
            throw new IllegalArgumentException(naming + " has a rule, not a table");
        }
        return words;
    }

    /**
     * Returns the platform that a name means.
     *
     * @param name a name as this naming writes it
     * @return the platform, normalised; empty if the name is not known, or means several, as {@code linux-arm} of Node does
     */
    public Optional<Platform> platform(String name) {
        return this == GO
                ? goPlatform(name)
                : Optional.ofNullable(words(this).platforms.get(name));
    }

    private static Optional<String> goName(Platform normalized) {
        if (!PlatformText.isKnownSystem(normalized.os())
                || !PlatformText.isKnownArchitecture(normalized.architecture())) {
            return Optional.empty();
        }
        String plain = "GOOS=" + normalized.os() + " GOARCH=" + normalized.architecture();
        String variant = normalized.variant().orElse("");
        return switch (normalized.architecture()) {
            case "arm" ->
                switch (variant) {
                    case "v5", "v6", "v7" -> Optional.of(plain + " GOARM=" + variant.substring(1));
                    // A processor of version 8 runs what is built for 7, and Go builds for nothing newer.
                    case "v8" -> Optional.of(plain + " GOARM=7");
                    default -> Optional.empty();
                };
            case "amd64" ->
                variant.isEmpty()
                        ? Optional.of(plain)
                        : variant.matches("v[234]") ? Optional.of(plain + " GOAMD64=" + variant) : Optional.empty();
            case "arm64" ->
                variant.isEmpty()
                        ? Optional.of(plain)
                        : variant.equals("v9")
                                ? Optional.of(plain + " GOARM64=v9.0")
                                : variant.matches("v8\\.[1-9]|v9\\.[1-5]")
                                        ? Optional.of(plain + " GOARM64=" + variant)
                                        : Optional.empty();
            default -> variant.isEmpty() ? Optional.of(plain) : Optional.empty();
        };
    }

    private static Optional<Platform> goPlatform(String name) {
        Map<String, String> settings = new HashMap<>();
        for (String word : name.split(" ", -1)) {
            int equal = word.indexOf('=');
            if (equal < 0 || settings.put(word.substring(0, equal), word.substring(equal + 1)) != null) {
                return Optional.empty();
            }
        }
        String os = Optional.ofNullable(settings.get("GOOS")).orElse("");
        String arch = Optional.ofNullable(settings.get("GOARCH")).orElse("");
        String key = switch (arch) {
            case "arm" -> "GOARM";
            case "amd64" -> "GOAMD64";
            case "arm64" -> "GOARM64";
            default -> "";
        };
        Platform plain = Platform.of(os, arch);
        Platform read = Optional.ofNullable(settings.get(key))
                .map(v -> arch.equals("arm") ? "v" + v : v)
                .map(plain::withVariant)
                .orElse(plain)
                .normalized();
        int expected = settings.containsKey(key) ? 3 : 2;
        return settings.size() == expected && goName(read).isPresent() ? Optional.of(read) : Optional.empty();
    }
}
