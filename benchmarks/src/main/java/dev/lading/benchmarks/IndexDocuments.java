package dev.lading.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.image.json.OciIndexTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to read an index, to choose a platform in it and to print it, beside Jackson's tree (which checks and models
 * nothing) and jib-core's templates?
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 6, time = 1)
public class IndexDocuments {
    private static final List<Platform> PLATFORMS = List.of(
            Platform.LINUX_AMD64,
            Platform.LINUX_ARM_V7,
            Platform.LINUX_ARM64,
            Platform.LINUX_S390X,
            Platform.LINUX_PPC64LE);

    /** How many manifests the index has. The platform chosen is the last one's, and no other's. */
    @Param({"1", "100", "10000"})
    public int entries = 1;

    private final ObjectMapper jackson = new ObjectMapper();
    private byte[] bytes = {};
    private ImageIndex index = ImageIndex.of(List.of());
    private JsonNode tree = jackson.createObjectNode();
    private OciIndexTemplate template = new OciIndexTemplate();

    /**
     * Makes the index.
     *
     * @throws IOException if a rival cannot read it
     */
    @Setup
    public void make() throws IOException {
        List<Descriptor> manifests = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            Platform platform = i == entries - 1 ? Platform.LINUX_RISCV64 : PLATFORMS.get(i % PLATFORMS.size());
            Digest digest = Digest.of(String.valueOf(i).getBytes(StandardCharsets.UTF_8));
            manifests.add(
                    Descriptor.of(MediaType.OCI_MANIFEST, digest, 1000 + i).withPlatform(platform));
        }
        index = ImageIndex.of(manifests);
        bytes = index.bytes();
        tree = jackson.readTree(bytes);
        template = JsonTemplateMapper.readJson(bytes, OciIndexTemplate.class);
    }

    /**
     * Reads by Lading.
     *
     * @return the index
     */
    @Benchmark
    public Object readLading() {
        return ImageIndex.read(bytes, MediaType.OCI_INDEX);
    }

    /**
     * Reads by Jackson.
     *
     * @return the tree
     * @throws IOException never
     */
    @Benchmark
    public Object readJackson() throws IOException {
        return jackson.readTree(bytes);
    }

    /**
     * Reads by jib-core.
     *
     * @return the template
     * @throws IOException never
     */
    @Benchmark
    public Object readJib() throws IOException {
        return JsonTemplateMapper.readJson(bytes, OciIndexTemplate.class);
    }

    /**
     * Chooses by Lading.
     *
     * @return the descriptor
     */
    @Benchmark
    public Object selectLading() {
        return index.select(Platform.LINUX_RISCV64);
    }

    /**
     * Chooses in Jackson's tree by hand.
     *
     * @return the digest
     */
    @Benchmark
    public Object selectJackson() {
        for (JsonNode entry : tree.get("manifests")) {
            JsonNode platform = entry.get("platform");
            if (platform.get("os").textValue().equals("linux")
                    && platform.get("architecture").textValue().equals("riscv64")) {
                return entry.get("digest").textValue();
            }
        }
        throw new IllegalStateException("it is the last one");
    }

    /**
     * Chooses by jib-core.
     *
     * @return the digests
     */
    @Benchmark
    public Object selectJib() {
        return template.getDigestsForPlatform("riscv64", "linux");
    }

    /**
     * Adds an annotation and prints, by Lading.
     *
     * @return the bytes
     */
    @Benchmark
    public Object editLading() {
        return index.withAnnotation("k", "v").bytes();
    }

    /**
     * Makes the index anew from its descriptors and prints, by Lading.
     *
     * @return the bytes
     */
    @Benchmark
    public Object printLading() {
        return ImageIndex.of(index.manifests()).bytes();
    }

    /**
     * Prints by Jackson.
     *
     * @return the bytes
     * @throws IOException never
     */
    @Benchmark
    public Object printJackson() throws IOException {
        return jackson.writeValueAsBytes(tree);
    }

    /**
     * Prints by jib-core.
     *
     * @return the bytes
     * @throws IOException never
     */
    @Benchmark
    public Object printJib() throws IOException {
        return JsonTemplateMapper.toByteArray(template);
    }
}
