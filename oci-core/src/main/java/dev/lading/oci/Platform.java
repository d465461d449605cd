package dev.lading.oci;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The platform an image is for, as written: operating system, architecture, variant, and Windows' version and features.
 *
 * <p>What was written and what it means are two values: compare after {@link #normalized()}. The words are Go's (image-spec,
 * image-index.md, «platform»). Equality is by what is written.
 *
 * @param os the operating system, such as {@code linux}
 * @param architecture the architecture, such as {@code arm64}
 * @param variant the variant of the architecture, such as {@code v7}
 * @param osVersion the version of the operating system
 * @param osFeatures features of the operating system that are needed, in the order written
 */
public record Platform(
        String os, String architecture, Optional<String> variant, Optional<String> osVersion, List<String> osFeatures) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");

    /** {@code linux/amd64}. */
    public static final Platform LINUX_AMD64 = of("linux", "amd64");
    /** {@code linux/arm64}. */
    public static final Platform LINUX_ARM64 = of("linux", "arm64");
    /** {@code linux/386}. */
    public static final Platform LINUX_386 = of("linux", "386");
    /** {@code linux/arm/v7}. */
    public static final Platform LINUX_ARM_V7 = of("linux", "arm", "v7");
    /** {@code linux/arm/v6}. */
    public static final Platform LINUX_ARM_V6 = of("linux", "arm", "v6");
    /** {@code linux/ppc64le}. */
    public static final Platform LINUX_PPC64LE = of("linux", "ppc64le");
    /** {@code linux/riscv64}. */
    public static final Platform LINUX_RISCV64 = of("linux", "riscv64");
    /** {@code linux/s390x}. */
    public static final Platform LINUX_S390X = of("linux", "s390x");

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
     * Reads {@code os/architecture[/variant]}.
     *
     * @param text the text
     * @return the platform as written
     * @throws InvalidInputException if the text has fewer than two or more than three parts, or an odd character
     */
    public static Platform parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw new InvalidInputException(
                    "«" + Printable.shown(text)
                            + "» is not a platform; it is written os/architecture[/variant], such as linux/arm64 or linux/arm/v7");
        }
        for (String part : parts) {
            if (!WORD.matcher(part).matches()) {
                throw new InvalidInputException("«" + Printable.shown(part) + "» in the platform «"
                        + Printable.shown(text) + "» is not a word of letters, digits, dot, dash and underscore");
            }
        }
        return parts.length == 2 ? of(parts[0], parts[1]) : of(parts[0], parts[1], parts[2]);
    }

    /**
     * Returns this platform in the words that comparison uses: lower case, aliases resolved, default variants dropped or
     * filled in as containerd does ({@code aarch64} is {@code arm64}, {@code arm} is {@code arm/v7}, {@code arm64/v8} is
     * {@code arm64}).
     *
     * @return the normalised platform
     */
    public Platform normalized() {
        String newOs = os.toLowerCase(Locale.ROOT);
        String arch = architecture.toLowerCase(Locale.ROOT);
        String var = variant.orElse("").toLowerCase(Locale.ROOT);
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
        List<String> features = osFeatures.stream().sorted().distinct().toList();
        return new Platform(newOs, arch, var.isEmpty() ? Optional.empty() : Optional.of(var), osVersion, features);
    }

    /** Returns {@code os/architecture[/variant]}, as written. */
    @Override
    public String toString() {
        return os + "/" + architecture + variant.map(v -> "/" + v).orElse("");
    }
}
