package dev.lading.build;

import dev.lading.gzip.GzipException;
import dev.lading.layer.EntryObserver;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Layer;
import dev.lading.oci.Platform;
import dev.lading.oci.PlatformMatcher;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.Image;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import dev.lading.oci.platform.HeaderCollector;
import dev.lading.oci.rootfs.LayerException;
import dev.lading.oci.rootfs.LayerReader;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarException;
import dev.lading.tar.TarKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Asks whether the programs in each platform's layers are for the machine that the index promises.
 *
 * <p>Programs are told by their headers: ELF executables and shared objects. What the machine of the image's platform runs by
 * itself is taken: 32-bit x86 in an image for amd64, 32-bit ARM in one for arm64, an older variant of ARM in one for a newer.
 * A program whose header asks for a newer variant than the image's is found (arm/v7 in arm/v6, amd64/v3 in amd64); a library
 * is not, for programs choose among libraries by the processor they find. Layers are read as a stream, each once, and
 * verified; nothing is unpacked. Immutable.
 */
public final class PlatformAudit {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int BUFFER = 64 * 1024;

    private final ContentGraph graph;

    private PlatformAudit(ContentGraph graph) {
        this.graph = graph;
    }

    /**
     * Describes the audit of an image or index.
     *
     * @param graph the image or index
     * @return the audit
     */
    public static PlatformAudit of(ContentGraph graph) {
        return new PlatformAudit(Objects.requireNonNull(graph));
    }

    /**
     * Reads all layers and judges the programs that are left when they lie on top of each other.
     *
     * @return what was found, in the images' and layers' order; empty if all is well
     * @throws InvalidInputException if a layer is malformed
     * @throws LadingException of another kind as {@link ContentSource#document}, and if a layer cannot be read
     */
    public List<AuditFinding> findings() {
        Map<Digest, List<Seen>> layers = new HashMap<>();
        List<AuditFinding> findings = new ArrayList<>();
        for (Image image : graph.images()) {
            Map<String, Optional<Platform>> left = new LinkedHashMap<>();
            for (Layer layer : image.layers()) {
                layers.computeIfAbsent(layer.descriptor().digest(), digest -> read(image, layer))
                        .forEach(seen -> seen.layOn(left));
            }
            left.forEach((path, found) -> found.flatMap(platform -> finding(image.platform(), path, platform))
                    .ifPresent(findings::add));
        }
        return List.copyOf(findings);
    }

    /** One entry of a layer: a path, and the platform of the program it is, if it is one. */
    private record Seen(String path, Optional<Platform> program) {
        void layOn(Map<String, Optional<Platform>> left) {
            String folder = path.substring(0, path.lastIndexOf('/') + 1);
            String name = path.substring(folder.length());
            if (name.equals(OPAQUE)) {
                left.keySet().removeIf(below -> below.startsWith(folder));
            } else if (name.startsWith(WHITEOUT)) {
                String gone = folder + name.substring(WHITEOUT.length());
                left.keySet().removeIf(p -> p.equals(gone) || p.startsWith(gone + "/"));
            } else {
                left.put(path, program);
            }
        }
    }

    private static List<Seen> read(Image image, Layer layer) {
        String where = "cannot audit the layer " + layer.descriptor().digest() + " of " + image;
        // Whiteouts act on lower layers, wherever they stand among a layer's entries.
        List<Seen> whiteouts = new ArrayList<>();
        List<Seen> others = new ArrayList<>();
        byte[] buffer = new byte[BUFFER];
        try (LayerReader reader = LayerReader.open(image.source().blob(layer.descriptor()), layer.diffId())) {
            for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
                TarEntry entry = next.get();
                String path = path(entry);
                Optional<Platform> program = entry.kind() == TarKind.FILE
                        ? program(reader.content(), entry.size(), buffer)
                        : Optional.empty();
                boolean whiteout = path.substring(path.lastIndexOf('/') + 1).startsWith(WHITEOUT);
                (whiteout ? whiteouts : others).add(new Seen(path, program));
            }
        } catch (TarException | GzipException | LayerException e) {
            throw new InvalidInputException(where + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw LadingException.from(where, e);
        }
        whiteouts.addAll(others);
        return whiteouts;
    }

    private static Optional<Platform> program(InputStream content, long size, byte[] buffer) throws IOException {
        HeaderCollector collector = new HeaderCollector(size);
        int n = content.readNBytes(buffer, 0, ExecutableHeader.BYTES);
        collector.take(buffer, 0, n);
        while (n > 0 && collector.wantsMore()) {
            n = content.readNBytes(buffer, 0, buffer.length);
            collector.take(buffer, 0, n);
        }
        return collector.header() instanceof ElfHeader elf ? elf.neededPlatform() : Optional.empty();
    }

    private static String path(TarEntry entry) {
        String name = entry.nameText();
        while (name.startsWith("./") || name.startsWith("/")) {
            name = name.substring(name.indexOf('/') + 1);
        }
        return "/" + (name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
    }

    /** What is seen while layers are made, so that a build need not read them again. */
    static final class Collected {
        // By platform and path, for a store may run a recipe twice and the last run counts; sorted, for layers are made
        // side by side.
        private final Map<String, AuditFinding> findings = new TreeMap<>();

        EntryObserver observer(List<Platform> platforms) {
            return new EntryObserver() {
                @Override
                public void file(String path, byte[] firstBytes) {
                    // Until it is known to be an executable it is none; what an earlier run found is gone.
                    look(platforms, path, Optional.empty());
                }

                @Override
                public void executable(String path, Platform platform) {
                    look(platforms, path, Optional.of(platform));
                }
            };
        }

        private synchronized void look(List<Platform> platforms, String path, Optional<Platform> program) {
            for (Platform platform : platforms) {
                String key = platform + " " + path;
                findings.remove(key);
                program.flatMap(found -> finding(platform, path, found)).ifPresent(f -> findings.put(key, f));
            }
        }

        synchronized void refuse() {
            if (!findings.isEmpty()) {
                throw new AuditFailedException(List.copyOf(findings.values()));
            }
        }
    }

    private static Optional<AuditFinding> finding(Platform platform, String path, Platform found) {
        // The system is not judged: files for other systems lie in images as data.
        Platform sameSystem =
                Platform.of(platform.os(), found.architecture(), found.variant().orElse(""));
        boolean runs = found.variant().isPresent()
                ? PlatformMatcher.compatible(withoutVersion(platform)).matches(sameSystem)
                : runsArchitecture(platform.normalized().architecture(), found.architecture());
        return runs ? Optional.empty() : Optional.of(new AuditFinding(platform, path, found));
    }

    private static Platform withoutVersion(Platform platform) {
        return platform.variant()
                .map(v -> Platform.of(platform.os(), platform.architecture(), v))
                .orElseGet(() -> Platform.of(platform.os(), platform.architecture()));
    }

    private static boolean runsArchitecture(String wanted, String found) {
        return found.equals(wanted)
                || wanted.equals("amd64") && found.equals("386")
                || wanted.equals("arm64") && found.equals("arm");
    }
}
