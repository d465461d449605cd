package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What Go's linker wrote into a program about how it was built (Go's package debug/buildinfo).
 *
 * @param version the version of Go, such as {@code go1.22.3}
 * @param path the package path of the program; empty if it was built without modules
 * @param settings the settings of the build, such as {@code GOARCH}, {@code GOARM} and {@code CGO_ENABLED}, in the program's
 *     order; empty before Go 1.18
 */
public record GoBuild(String version, Optional<String> path, Map<String, String> settings) {
    /** Makes the value; the map is copied. */
    public GoBuild {
        Objects.requireNonNull(version);
        Objects.requireNonNull(path);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /**
     * Returns the platform that the program was built for: {@code GOOS}, {@code GOARCH}, and as variant what {@code GOARM},
     * {@code GOARM64} or {@code GOAMD64} ask of the processor.
     *
     * @return the platform, without a variant that is its architecture's default; empty if the settings do not name it
     */
    public Optional<Platform> platform() {
        String os = settings.getOrDefault("GOOS", "");
        String architecture = settings.getOrDefault("GOARCH", "");
        if (os.isEmpty() || architecture.isEmpty()) {
            return Optional.empty();
        }
        String variant = variant(architecture);
        return Optional.of(variant.isEmpty() ? Platform.of(os, architecture) : Platform.of(os, architecture, variant));
    }

    /**
     * Says how floating-point numbers are computed where the build says so ({@code GOARM} and {@code GOMIPS}).
     *
     * @return true for software, false for hardware; empty where nothing is said
     */
    public Optional<Boolean> softFloat() {
        String arm = settings.getOrDefault("GOARM", "");
        if (arm.contains(",")) {
            return Optional.of(arm.endsWith(",softfloat"));
        }
        // Without a word it is software for version 5 and hardware from 6 on.
        if (arm.equals("5") || arm.equals("6") || arm.equals("7")) {
            return Optional.of(arm.equals("5"));
        }
        String mips = settings.getOrDefault("GOMIPS", settings.getOrDefault("GOMIPS64", ""));
        return mips.isEmpty() ? Optional.empty() : Optional.of(mips.equals("softfloat"));
    }

    private String variant(String architecture) {
        return switch (architecture) {
            case "arm" -> {
                String arm = beforeComma("GOARM");
                yield arm.matches("[5-8]") ? "v" + arm : "";
            }
            case "amd64" -> {
                String level = beforeComma("GOAMD64");
                yield level.matches("v[2-4]") ? level : "";
            }
            case "arm64" -> {
                String version = beforeComma("GOARM64");
                yield version.equals("v8.0") || !version.matches("v[89]\\.[0-9]")
                        ? ""
                        : version.equals("v9.0") ? "v9" : version;
            }
            default -> "";
        };
    }

    private String beforeComma(String setting) {
        return settings.getOrDefault(setting, "").split(",", 2)[0];
    }
}
