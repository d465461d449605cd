package dev.lading.oci;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The platform an image is for, as written: operating system, architecture, variant, and Windows' version and features.
 *
 * <p>What was written and what it means are two values: compare after {@link #normalized()}, or choose by a
 * {@link PlatformMatcher}. The words are Go's (image-spec, image-index.md, «platform»); other languages' names are in
 * {@link PlatformNaming}. Equality is by what is written. Immutable.
 *
 * @param os the operating system, such as {@code linux}; empty where a document does not say it
 * @param architecture the architecture, such as {@code arm64}; empty where a document does not say it
 * @param variant the variant of the architecture, such as {@code v7}
 * @param osVersion the version of the operating system
 * @param osFeatures features of the operating system that are needed, in the order written
 */
public record Platform(
        String os, String architecture, Optional<String> variant, Optional<String> osVersion, List<String> osFeatures) {
    /** {@code unknown/unknown}: no platform at all, the mark of an index's entry that is no image. */
    public static final Platform NONE = of("unknown", "unknown");
    /** {@code linux/amd64}. */
    public static final Platform LINUX_AMD64 = of("linux", "amd64");
    /** {@code linux/arm64}. */
    public static final Platform LINUX_ARM64 = of("linux", "arm64");
    /** {@code linux/386}. */
    public static final Platform LINUX_386 = of("linux", "386");
    /** {@code linux/arm/v7}, Debian's armhf. */
    public static final Platform LINUX_ARM_V7 = of("linux", "arm", "v7");
    /** {@code linux/arm/v6}, the first Raspberry Pi. */
    public static final Platform LINUX_ARM_V6 = of("linux", "arm", "v6");
    /** {@code linux/arm/v5}, Debian's armel. */
    public static final Platform LINUX_ARM_V5 = of("linux", "arm", "v5");
    /** {@code linux/loong64}. */
    public static final Platform LINUX_LOONG64 = of("linux", "loong64");
    /** {@code linux/mips64le}. */
    public static final Platform LINUX_MIPS64LE = of("linux", "mips64le");
    /** {@code linux/ppc64le}. */
    public static final Platform LINUX_PPC64LE = of("linux", "ppc64le");
    /** {@code linux/riscv64}. */
    public static final Platform LINUX_RISCV64 = of("linux", "riscv64");
    /** {@code linux/s390x}. */
    public static final Platform LINUX_S390X = of("linux", "s390x");
    /** {@code windows/amd64}, of no particular version. */
    public static final Platform WINDOWS_AMD64 = of("windows", "amd64");

    /** Makes a platform; the lists are copied. */
    public Platform {
        Objects.requireNonNull(os);
        Objects.requireNonNull(architecture);
        Objects.requireNonNull(variant);
        Objects.requireNonNull(osVersion);
        osFeatures = List.copyOf(osFeatures);
    }

    /**
     * Makes a platform without variant.
     *
     * @param os the operating system
     * @param architecture the architecture
     * @return the platform
     */
    public static Platform of(String os, String architecture) {
        return new Platform(os, architecture, Optional.empty(), Optional.empty(), List.of());
    }

    /**
     * Makes a platform with a variant.
     *
     * @param os the operating system
     * @param architecture the architecture
     * @param variant the variant
     * @return the platform
     */
    public static Platform of(String os, String architecture, String variant) {
        return new Platform(os, architecture, Optional.of(variant), Optional.empty(), List.of());
    }

    /**
     * Reads {@code os[(version[+feature]*)]/architecture[/variant]} strictly: nothing is guessed, and an architecture must be
     * one of Go's or an alias of one.
     *
     * <p>The aliases are {@code x86_64}, {@code x86-64}, {@code i386}, {@code aarch64}, {@code armhf} and {@code armel};
     * {@link #normalized()} resolves them. Mind {@code armel}: it is read as {@code arm/v6}, as containerd reads it, while
     * Debian gives that name to {@code arm/v5}; {@link PlatformNaming#DEBIAN} reads it as Debian does.
     *
     * <p>Version and features are percent-coded where they hold other characters than letters, digits, dot, dash and
     * underscore.
     *
     * @param text the text
     * @return the platform as written
     * @throws InvalidInputException if the text has fewer than two or more than three parts, an odd character, or an
     *     architecture that is not known; the message says which, and what may have been meant
     */
    public static Platform parse(String text) {
        return PlatformText.read(text, Optional.empty(), true);
    }

    /**
     * Reads as {@link #parse(String)}, and also a text of one part, which is an operating system or an architecture: a host
     * says the other. An operating system alone takes the host's architecture, an architecture alone its operating system.
     *
     * @param text the text
     * @param host the platform that fills in, such as that of {@code HostPlatform}
     * @return the platform as written, completed
     * @throws InvalidInputException as {@link #parse(String)}, or if the one part is neither a known operating system nor a
     *     known architecture
     */
    public static Platform parse(String text, Platform host) {
        return PlatformText.read(text, Optional.of(host), true);
    }

    /**
     * Reads as {@link #parse(String)}, and takes any architecture: for what has no name in Go yet.
     *
     * @param text the text
     * @return the platform as written
     * @throws InvalidInputException if the text has fewer than two or more than three parts, or an odd character
     */
    public static Platform parseLenient(String text) {
        return PlatformText.read(text, Optional.empty(), false);
    }

    /**
     * Returns this platform with another variant.
     *
     * @param newVariant the variant, such as {@code v3}
     * @return the new platform
     */
    public Platform withVariant(String newVariant) {
        return new Platform(os, architecture, Optional.of(newVariant), osVersion, osFeatures);
    }

    /**
     * Returns this platform with another version of the operating system.
     *
     * @param newVersion the version, such as {@code 10.0.20348.2700}
     * @return the new platform
     */
    public Platform withOsVersion(String newVersion) {
        return new Platform(os, architecture, variant, Optional.of(newVersion), osFeatures);
    }

    /**
     * Returns this platform with other features of the operating system.
     *
     * @param newFeatures the features, such as {@code win32k}
     * @return the new platform
     */
    public Platform withOsFeatures(String... newFeatures) {
        return new Platform(os, architecture, variant, osVersion, List.of(newFeatures));
    }

    /**
     * Returns this platform with what it leaves unsaid taken from another: the operating system with its version and features,
     * and the architecture with its variant. A variant that is left out of a said architecture stays out, for that says
     * the default one.
     *
     * @param other where to look, such as the image's configuration
     * @return the completed platform; this one if nothing was unsaid
     */
    public Platform filledFrom(Platform other) {
        if (!os.isEmpty() && !architecture.isEmpty()) {
            return this;
        }
        boolean sameSystem = os.isEmpty() || os.equals(other.os);
        return new Platform(
                os.isEmpty() ? other.os : os,
                architecture.isEmpty() ? other.architecture : architecture,
                architecture.isEmpty() ? variant.or(() -> other.variant) : variant,
                sameSystem ? osVersion.or(() -> other.osVersion) : osVersion,
                sameSystem && osFeatures.isEmpty() ? other.osFeatures : osFeatures);
    }

    /**
     * Says whether this is {@code unknown/unknown}, the mark of an index's entry that is no image but something about one,
     * such as an attestation. No matcher takes it.
     *
     * @return true if operating system and architecture are {@code unknown}
     */
    public boolean isNone() {
        return os.equals(NONE.os) && architecture.equals(NONE.architecture);
    }

    /**
     * Returns this platform in the words that comparison uses: lower case, aliases resolved, default variants dropped or
     * filled in as containerd does ({@code aarch64} is {@code arm64}, {@code arm} is {@code arm/v7}, {@code arm64/v8} is
     * {@code arm64}, {@code amd64/v1} is {@code amd64}), features in the order of their characters and once each.
     *
     * @return the normalised platform
     */
    public Platform normalized() {
        String newOs = lower(os);
        String arch = lower(architecture);
        String var = lower(variant.orElse(""));
        if (newOs.equals("macos")) {
            newOs = "darwin";
        }
        switch (arch) {
            case "i386" -> {
                arch = "386";
                var = "";
            }
            case "x86_64", "x86-64", "amd64" -> {
                arch = "amd64";
                var = var.equals("v1") ? "" : var;
            }
            case "aarch64", "arm64" -> {
                arch = "arm64";
                var = switch (var) {
                    case "8", "v8", "v8.0" -> "";
                    case "9", "9.0", "v9.0" -> "v9";
                    default -> var;
                };
            }
            case "armhf" -> {
                arch = "arm";
                var = "v7";
            }
            case "armel" -> {
                arch = "arm";
                var = "v6";
            }
            case "arm" ->
                var = switch (var) {
                    case "", "7" -> "v7";
                    case "5", "6", "8" -> "v" + var;
                    default -> var;
                };
            default -> {
                // Other architectures have no aliases and no default variants.
            }
        }
        List<String> features = osFeatures.size() < 2
                ? osFeatures
                : osFeatures.stream().sorted().distinct().toList();
        if (newOs.equals(os)
                && arch.equals(architecture)
                && var.equals(variant.orElse(""))
                && features.equals(osFeatures)
                && variant.isPresent() == !var.isEmpty()) {
            return this;
        }
        return new Platform(newOs, arch, var.isEmpty() ? Optional.empty() : Optional.of(var), osVersion, features);
    }

    /** Lower case of ASCII alone: what merely looks like a known word stays another one. */
    static String lower(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (isUpper(word.charAt(i))) {
                StringBuilder lower = new StringBuilder(word);
                for (int j = i; j < word.length(); j++) {
                    char c = word.charAt(j);
                    lower.setCharAt(j, isUpper(c) ? (char) (c + ('a' - 'A')) : c);
                }
                return lower.toString();
            }
        }
        return word;
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    /**
     * Returns {@code os/architecture[/variant]}, without version and features of the operating system.
     *
     * @return the short text
     */
    public String toShortString() {
        return PlatformText.printShort(this);
    }

    /**
     * Returns {@code os[(version[+feature]*)]/architecture[/variant]}, as written; {@link #parseLenient} reads back what
     * it has read. Other characters than the form's are percent-coded, and an operating system or architecture that is not
     * said is {@code unknown}.
     */
    @Override
    public String toString() {
        return PlatformText.print(this);
    }
}
