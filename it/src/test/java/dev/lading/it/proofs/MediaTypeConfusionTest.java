package dev.lading.it.proofs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.content.Role;
import dev.lading.oci.layout.OciLayout;
import dev.lading.registry.RegistryClient;
import dev.lading.testkit.LocalRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A document that can be taken for two (CVE-2021-41190) is refused whichever way it comes. */
class MediaTypeConfusionTest {
    private static final List<MediaType> TYPES = List.of(
            MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST, MediaType.OCI_INDEX, MediaType.DOCKER_MANIFEST_LIST);
    private static final String BLOB =
            "{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"" + Digest.of(new byte[] {1}) + "\"}";

    @TempDir
    Path temp;

    /** Documents that say another type than they are announced with, and such as have the members of both kinds. */
    private static List<Document> confusing() {
        List<Document> confusing = new ArrayList<>();
        for (MediaType announced : TYPES) {
            for (MediaType own : TYPES) {
                String members = announced.equals(own)
                        ? "\"manifests\":[],\"config\":" + BLOB + ",\"layers\":[]"
                        : own.isIndex() ? "\"manifests\":[]" : "\"config\":" + BLOB + ",\"layers\":[]";
                confusing.add(Document.of(
                        announced,
                        ("{\"schemaVersion\":2,\"mediaType\":\"" + own + "\"," + members + ",\"x\":\"" + announced
                                        + "\"}")
                                .getBytes(UTF_8)));
            }
        }
        return confusing;
    }

    @Test
    void sixteen_documents_are_refused_by_tag_by_digest_as_a_child_and_in_a_copy() {
        List<Document> confusing = confusing();
        assertThat(confusing).hasSize(16);
        MemoryStore served = MemoryStore.create();
        try (OciLayout layout = OciLayout.open(temp.resolve("layout"));
                LocalRegistry registry = LocalRegistry.create();
                RegistryClient client = RegistryClient.anonymous()) {
            registry.serve("team/odd", served);
            for (Document document : confusing) {
                Document parent = Document.of(ImageIndex.of(List.of(document.descriptor())));
                for (ContentStore store : List.of(served, layout)) {
                    store.put(document);
                    store.put(parent);
                    store.tag(document, "odd");
                    store.tag(parent, "parent");
                }
                for (ContentStore place : List.of(served, layout, client.repository(registry.name("team/odd")))) {
                    String digest = document.descriptor().digest().toString();
                    refused(place.resolve("odd"), document);
                    refused(place.resolve(digest), document);
                    refused(place.resolve("parent"), document);
                }
            }
        }
    }

    private static void refused(ContentGraph graph, Document confusing) {
        Descriptor descriptor = confusing.descriptor();
        assertThatThrownBy(() ->
                        Document.of(descriptor.mediaType(), confusing.bytes()).manifest())
                .isInstanceOf(LadingException.class);
        assertThatThrownBy(() -> graph.images()
                        .forEach(image -> assertThat(image.manifest()).isNotNull()))
                .as("%s at %s", descriptor, graph)
                .isInstanceOf(LadingException.class);
        MemoryStore target = MemoryStore.create();
        assertThatThrownBy(() -> GraphCopy.from(graph).to(target, "1")).isInstanceOf(LadingException.class);
        assertThat(target.exists(descriptor, Role.MANIFEST)).isFalse();
        assertThat(target.find("1")).isEmpty();
    }
}
