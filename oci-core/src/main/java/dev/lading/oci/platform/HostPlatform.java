package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import dev.lading.oci.PlatformMatcher;
import dev.lading.oci.PlatformNaming;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The platform of this host as files tell it: architecture, variant of ARM, level of x86-64, and whether this process looks
 * emulated.
 *
 * <p>On Linux {@code /proc} is read, elsewhere what the Java runtime was built for. Nothing is started, so nothing is proved:
 * what really runs here is found out by the module {@code emulation}. A snapshot: immutable.
 */
public final class HostPlatform {
    /** The first processor's part is enough, and machines have hundreds of processors. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final List<Set<String>> LEVELS = List.of(
            Set.of("cx16", "lahf_lm", "pni", "popcnt", "sse4_1", "sse4_2", "ssse3"),
            Set.of("abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"),
            Set.of("avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"));

    /** A line that only the kernel of one family writes into {@code /proc/cpuinfo}; the first match tells. */
    private static final List<Map.Entry<String, String>> SIGNS = List.of(
            Map.entry("cpu implementer", "arm"),
            Map.entry("vendor_id\tibm/s390", "s390x"),
            Map.entry("flags", "x86"),
            Map.entry("isa", "riscv"),
            Map.entry("cpu family\tloongson-64bit", "loong64"),
            Map.entry("ases implemented", "mips"),
            Map.entry("cpu\tpower", "ppc"));

    private final Platform platform;
    private final OptionalInt amd64Level;
    private final Optional<String> emulation;

    private HostPlatform(Platform platform, OptionalInt amd64Level, Optional<String> emulation) {
        this.platform = platform;
        this.amd64Level = amd64Level;
        this.emulation = emulation;
    }

    /**
     * Looks at this host.
     *
     * @return its platform
     */
    public static HostPlatform detect() {
        return of(Path.of("/"), System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    /**
     * Looks at a host below a folder.
     *
     * @param root where {@code proc} is
     * @param osName the operating system in Java's words
     * @param osArch the architecture of this process in Java's words
     */
    static HostPlatform of(Path root, String osName, String osArch) {
        String name = osName.toLowerCase(Locale.ROOT);
        String os = name.startsWith("windows") ? "windows" : name.startsWith("mac") ? "darwin" : name;
        String arch = architecture(osArch);
        if (!os.equals("linux")) {
            return new HostPlatform(Platform.of(os, arch).normalized(), OptionalInt.empty(), Optional.empty());
        }
        Cpu cpu = Cpu.read(root.resolve("proc/cpuinfo"));
        Optional<String> kernel = line(root.resolve("proc/sys/kernel/arch"));
        Platform plain = Platform.of(os, arch);
        Platform platform = (arch.equals("arm")
                        ? armVariant(cpu, kernel).map(plain::withVariant).orElse(plain)
                        : plain)
                .normalized();
        Optional<String> emulation = emulation(arch, cpu, kernel);
        OptionalInt level =
                arch.equals("amd64") && emulation.isEmpty() ? level(cpu.value("flags")) : OptionalInt.empty();
        return new HostPlatform(platform, level, emulation);
    }

    private static String architecture(String osArch) {
        String word = osArch.toLowerCase(Locale.ROOT);
        return switch (word) {
            case "x86" -> "386";
            case "x64" -> "amd64";
            default ->
                PlatformNaming.UNAME
                        .platform(word)
                        .orElseGet(() -> Platform.of("linux", word).normalized())
                        .architecture();
        };
    }

    /** The words of the kernel, which has them from the processor; some of them are not numbers. */
    private static Optional<String> armVariant(Cpu cpu, Optional<String> kernel) {
        String said = cpu.value("cpu architecture")
                .or(() -> kernel.filter(machine -> machine.startsWith("armv"))
                        .map(machine -> machine.substring("armv".length())))
                .orElse("");
        // The first Raspberry Pi's kernel says 7 and means 6; its model name is right.
        if (said.equals("7")
                && cpu.value("model name")
                        .filter(m -> m.startsWith("armv6-compatible"))
                        .isPresent()) {
            return Optional.of("v6");
        }
        if (said.startsWith("?(1") || said.startsWith("7")) {
            return Optional.of("v7");
        }
        return said.startsWith("aarch64")
                ? Optional.of("v8")
                : said.matches("[568].*") ? Optional.of("v" + said.charAt(0)) : Optional.empty();
    }

    private static OptionalInt level(Optional<String> flags) {
        if (flags.isEmpty()) {
            return OptionalInt.empty();
        }
        List<String> had = Arrays.asList(flags.get().split(" "));
        int level = 1;
        for (Set<String> needed : LEVELS) {
            if (!had.containsAll(needed)) {
                break;
            }
            level++;
        }
        return OptionalInt.of(level);
    }

    /** What the kernel says of the machine does not go through an emulator; what this process is does. */
    private static Optional<String> emulation(String arch, Cpu cpu, Optional<String> kernel) {
        Optional<String> machine =
                kernel.flatMap(PlatformNaming.UNAME::platform).map(Platform::architecture);
        if (machine.isPresent() && !family(machine.get()).equals(family(arch))) {
            return Optional.of("this process is for " + arch + " and the kernel is for " + machine.get());
        }
        return cpu.family()
                .filter(family -> !family.equals(family(arch)))
                .map(family -> "this process is for " + arch + " and /proc/cpuinfo describes a processor of the family "
                        + family);
    }

    /** Architectures whose programs one processor runs by itself. */
    private static String family(String architecture) {
        return switch (architecture) {
            case "amd64", "386" -> "x86";
            case "arm64", "arm" -> "arm";
            case "ppc64le", "ppc64", "ppc" -> "ppc";
            case "mips64le", "mips64", "mipsle", "mips" -> "mips";
            case "riscv64", "riscv" -> "riscv";
            default -> architecture;
        };
    }

    private static Optional<String> line(Path file) {
        return text(file).lines().findFirst().map(String::strip).filter(line -> !line.isEmpty());
    }

    private static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Not there in a container without /proc, or before Linux 6.1: then it says nothing.
            return "";
        }
    }

    /** {@code /proc/cpuinfo}, in lower case. */
    private record Cpu(List<String> lines) {
        static Cpu read(Path file) {
            return new Cpu(text(file).toLowerCase(Locale.ROOT).lines().toList());
        }

        /** The value of the first line of a key. */
        Optional<String> value(String key) {
            return lines.stream()
                    .filter(line -> key(line).equals(key))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip());
        }

        private static String key(String line) {
            int colon = line.indexOf(':');
            return colon < 0 ? "" : line.substring(0, colon).strip();
        }

        Optional<String> family() {
            for (Map.Entry<String, String> sign : SIGNS) {
                String[] keyAndStart = sign.getKey().split("\t");
                String start = keyAndStart.length > 1 ? keyAndStart[1] : "";
                if (value(keyAndStart[0]).filter(v -> v.startsWith(start)).isPresent()) {
                    return Optional.of(sign.getValue());
                }
            }
            return Optional.empty();
        }
    }

    /**
     * Returns the platform that this process is for.
     *
     * @return the platform, normalised; with ARM's variant, without a level of x86-64
     */
    public Platform platform() {
        return platform;
    }

    /**
     * Returns the platform that images are built and pulled for by default: this one, and on macOS, which has no images of its
     * own, Linux on the same architecture.
     *
     * @return the platform, normalised
     */
    public Platform forImages() {
        return platform.os().equals("darwin") ? Platform.of("linux", platform.architecture()) : platform;
    }

    /**
     * Returns the level of x86-64 (psABI, «Microarchitecture levels») that the processor has.
     *
     * @return 1 to 4; empty where this process is not for amd64, or looks emulated, or the system does not tell
     */
    public OptionalInt amd64Level() {
        return amd64Level;
    }

    /**
     * Returns what this host runs by itself, best first, judged by its platform and level: as
     * {@link PlatformMatcher#compatible(Platform)}.
     *
     * @return the matcher
     */
    public PlatformMatcher matcher() {
        return PlatformMatcher.compatible(
                amd64Level.isPresent() ? platform.withVariant("v" + amd64Level.getAsInt()) : platform);
    }

    /**
     * Says whether this process looks emulated: it is for another architecture than the kernel or the processor that the kernel
     * describes.
     *
     * @return why it looks so, in words; empty if it does not
     */
    public Optional<String> emulation() {
        return emulation;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostPlatform that
                && platform.equals(that.platform)
                && amd64Level.equals(that.amd64Level)
                && emulation.equals(that.emulation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(platform, amd64Level, emulation);
    }

    /** Returns the platform with its level, and whether it looks emulated. */
    @Override
    public String toString() {
        return platform
                + (amd64Level.isPresent() ? "/v" + amd64Level.getAsInt() : "")
                + (emulation.isPresent() ? " (looks emulated)" : "");
    }
}
