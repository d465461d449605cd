package dev.lading.it.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testkit.LocalRegistry;
import dev.lading.testkit.TestImages;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkopeoTest {
    private final ContentGraph image = TestImages.index(Platform.LINUX_AMD64, Platform.LINUX_ARM64);

    @TempDir
    Path temp;

    @Test
    void skopeo_copies_our_layout_into_our_registry_and_back_with_every_byte() {
        String skopeo = Peers.require("skopeo").toString();
        Path folder = temp.resolve("ours");
        try (OciLayout layout = OciLayout.open(folder);
                LocalRegistry registry = LocalRegistry.create();
                OciLayout back = OciLayout.open(temp.resolve("back"))) {
            GraphCopy.from(image).to(layout, "1");
            Command.run(
                            skopeo,
                            "copy",
                            "--all",
                            "--preserve-digests",
                            "--dest-tls-verify=false",
                            "oci:" + folder + ":1",
                            "docker://" + registry.name("team/app") + ":1")
                    .succeeded();
            assertThat(registry.store("team/app").find("1"))
                    .map(Descriptor::digest)
                    .contains(image.descriptor().digest());
            Command.run(
                            skopeo,
                            "copy",
                            "--all",
                            "--preserve-digests",
                            "--src-tls-verify=false",
                            "docker://" + registry.name("team/app") + ":1",
                            "oci:" + temp.resolve("back") + ":1")
                    .succeeded();
            assertThat(back.find("1"))
                    .map(Descriptor::digest)
                    .contains(image.descriptor().digest());
        }
    }
}
