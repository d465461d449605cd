package dev.lading.it.proofs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.it.peers.DockerRegistry;
import dev.lading.oci.Descriptor;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.MediaType;
import dev.lading.oci.Platform;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import dev.lading.registry.Repository;
import dev.lading.testkit.TestImages;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnknownFieldsTest {
    @TempDir
    Path temp;

    @Test
    void an_index_with_unknown_fields_keeps_every_byte_on_its_way_and_the_fields_when_it_is_edited() {
        MemoryStore memory = MemoryStore.create();
        ContentGraph image = TestImages.image(Platform.LINUX_AMD64);
        GraphCopy.from(image).to(memory);
        Descriptor child = image.descriptor();
        // Numbers, escapes and white space as no writer of ours would put them.
        String text = "{\n   \"schemaVersion\": 2,\t\"mediaType\": \"" + MediaType.OCI_INDEX
                + "\",\n  \"manifests\": [ {\"mediaType\":\"" + child.mediaType() + "\",\"size\":" + child.size()
                + ",\"digest\":\"" + child.digest() + "\",\"x-entry\":{\"n\":1.10}} ],"
                + "\"x-top\": {\"e\": 1e2, \"t\": \"\\u00e9\\/\", \"z\": [null, true]}\n}\n";
        Document index = Document.of(MediaType.OCI_INDEX, text.getBytes(UTF_8));
        memory.put(index);
        memory.tag(index, "1");
        try (DockerRegistry registry = DockerRegistry.start();
                RegistryClient client = RegistryClient.anonymous();
                OciLayout first = OciLayout.open(temp.resolve("first"));
                OciLayout second = OciLayout.open(temp.resolve("second"))) {
            Repository repository = client.repository(registry.name("team/odd"));
            GraphCopy.from(memory.resolve("1")).to(first, "1");
            GraphCopy.from(first.resolve("1")).to(repository, "1");
            GraphCopy.from(repository.resolve("1")).to(second, "1");
            assertThat(second.resolve("1").document().bytes()).isEqualTo(text.getBytes(UTF_8));

            ImageIndex edited =
                    ((ImageIndex) second.resolve("1").document().manifest()).withAnnotation("edited", "yes");
            // All that was there is there to the letter, and the new member stands as its neighbours do.
            String end = "}\n}\n";
            assertThat(new String(edited.bytes(), UTF_8))
                    .isEqualTo(text.substring(0, text.length() - end.length())
                            + "},\"annotations\": {\"edited\":\"yes\"}\n}\n");
            assertThat(edited.manifests()).hasSize(1);
        }
    }
}
