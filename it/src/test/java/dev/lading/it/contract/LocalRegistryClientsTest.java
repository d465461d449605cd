package dev.lading.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.HostExecution;
import dev.lading.it.peers.Containerd;
import dev.lading.it.peers.Dockerd;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.GraphCopy;
import dev.lading.testkit.LocalRegistry;
import dev.lading.testkit.TestImages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The registry in the process is one to the engines people have: they pull from it and push to it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the peers are Debian's")
class LocalRegistryClientsTest {
    private static final Platform HOST = HostExecution.detect().host();

    private final ContentGraph image = TestImages.index(HOST, Platform.LINUX_S390X);
    private final LocalRegistry registry = LocalRegistry.create();

    @BeforeEach
    void seed() {
        GraphCopy.from(image).to(registry.store("team/app"), "1");
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void containerd_pulls_all_platforms_and_pushes_them_back() {
        String pushed = registry.name("other/app") + ":2";
        try (Containerd containerd = Containerd.start()) {
            String pulled = registry.name("team/app") + ":1";
            containerd
                    .ctr("images", "pull", "--plain-http", "--all-platforms", pulled)
                    .succeeded();
            containerd.ctr("images", "push", "--plain-http", pushed, pulled).succeeded();
        }
        assertThat(registry.store("other/app").find("2"))
                .map(Descriptor::digest)
                .contains(image.descriptor().digest());
        assertThat(registry.openUploads()).isZero();
    }

    @Test
    void dockerd_pulls_and_pushes() {
        String pushed = registry.name("other/app") + ":2";
        try (Dockerd dockerd = Dockerd.start()) {
            String pulled = registry.name("team/app") + ":1";
            dockerd.docker("pull", pulled).succeeded();
            dockerd.docker("tag", pulled, pushed).succeeded();
            dockerd.docker("push", pushed).succeeded();
        }
        // Docker 20.10 makes a new manifest of one platform; the configuration is the same.
        assertThat(registry.store("other/app").resolve("2").onlyImage().config().bytes())
                .isEqualTo(image.image(HOST).config().bytes());
        assertThat(registry.openUploads()).isZero();
    }
}
