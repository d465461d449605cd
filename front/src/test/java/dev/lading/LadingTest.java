package dev.lading;

import static dev.lading.layer.LayerRecipe.bytes;
import static dev.lading.oci.Platform.LINUX_AMD64;
import static dev.lading.oci.Platform.LINUX_ARM64;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.build.AuditFailedException;
import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.CopyResult;
import dev.lading.testkit.LocalRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LadingTest {
    private final LocalRegistry registry = LocalRegistry.create();
    private final Lading lading = Lading.open();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        lading.close();
        registry.close();
    }

    private Place remote(String name) {
        return Place.parse(registry.address() + "/" + name);
    }

    private Place layout(String tag) {
        return new Place.Layout(folder.resolve("image").toString(), Optional.of(tag), Optional.empty());
    }

    private static ImageBuilder twoPlatforms() {
        return ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64, LINUX_ARM64)
                .layer(bytes("shared".getBytes(UTF_8)).into("/shared"))
                .layerFor(p -> bytes(p.toString().getBytes(UTF_8)).into("/own"));
    }

    @Test
    void a_build_goes_to_one_store_under_each_of_its_names() {
        BuildResult built = lading.build(twoPlatforms(), List.of(remote("app:1"), remote("app:2"), remote("app:1")));
        assertThat(registry.store("app").find("1")).contains(built.descriptor());
        assertThat(registry.store("app").find("2")).contains(built.descriptor());
        assertThat(built.copy().names()).containsExactly("1", "2");
    }

    @Test
    void a_build_goes_to_several_stores_and_is_the_same_everywhere() {
        Digest digest = lading.build(twoPlatforms(), List.of(remote("a/app:1"), layout("1"), remote("b/app")))
                .descriptor()
                .digest();
        for (Place place : List.of(remote("a/app:1"), layout("1"), remote("b/app:latest"))) {
            Inspection seen = lading.inspect(place);
            assertThat(seen.document().descriptor().digest()).isEqualTo(digest);
            assertThat(seen.images()).hasSize(2);
        }
    }

    @Test
    void a_name_is_set_only_once_the_content_is_everywhere() throws Exception {
        Place unreachable = Place.parse("oci:" + folder.resolve("file") + ":1");
        Files.writeString(folder.resolve("file"), "not a folder");
        assertThatThrownBy(() -> lading.build(twoPlatforms(), List.of(remote("app:1"), unreachable)))
                .isInstanceOf(LadingException.class);
        assertThat(registry.store("app").find("1")).isEmpty();
    }

    @Test
    void an_audit_that_finds_something_moves_no_name() {
        byte[] foreign = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1}, 0, foreign, 0, 6);
        foreign[16] = 2;
        foreign[18] = (byte) 183;
        ImageBuilder image = ImageBuilder.fromNothing()
                .platforms(LINUX_AMD64)
                .layer(bytes(foreign).into("/run"));
        assertThatThrownBy(() -> lading.build(image, List.of(remote("app:1"))))
                .isInstanceOf(AuditFailedException.class)
                .hasMessageContaining("linux/arm64");
        assertThat(registry.store("app").find("1")).isEmpty();
    }

    @Test
    void a_build_cannot_promise_a_digest() {
        Place place = remote("app:1").withDigest(Digest.of(new byte[0]));
        assertThatThrownBy(() -> lading.build(twoPlatforms(), List.of(place)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("digest");
        assertThatThrownBy(() -> lading.build(twoPlatforms(), List.of())).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_copy_keeps_the_digest_and_moves_nothing_the_second_time() {
        BuildResult built = lading.build(twoPlatforms(), List.of(layout("1")));
        CopyResult first = lading.copy(layout("1"), remote("mirror/app"));
        CopyResult second = lading.copy(layout("1"), remote("mirror/app"));
        assertThat(registry.store("mirror/app").find("latest")).contains(built.descriptor());
        assertThat(first.copied()).isEqualTo(8);
        assertThat(second.copied()).isZero();
        assertThat(lading.inspect(remote("mirror/app:latest")).document().bytes())
                .isEqualTo(lading.inspect(layout("1")).document().bytes());
    }

    @Test
    void a_copy_to_a_digest_sets_no_name_and_another_digest_is_refused() {
        Digest digest =
                lading.build(twoPlatforms(), List.of(layout("1"))).descriptor().digest();
        Place.Remote bare =
                new Place.Remote(Reference.of(registry.address(), "app").withDigest(digest));
        assertThat(lading.copy(layout("1"), bare).names()).isEmpty();
        assertThat(lading.inspect(bare).document().descriptor().digest()).isEqualTo(digest);
        assertThatThrownBy(() -> lading.copy(layout("1"), bare.withDigest(Digest.of(new byte[0]))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(digest.toString());
    }

    @Test
    void a_layout_without_a_name_is_its_only_image() {
        lading.build(twoPlatforms(), List.of(layout("1"), layout("2")));
        Place unnamed = Place.parse("oci:" + folder.resolve("image"));
        assertThat(lading.inspect(unnamed).images()).hasSize(2);
        lading.build(twoPlatforms().annotate("k", "v"), List.of(layout("3")));
        assertThatThrownBy(() -> lading.resolve(unnamed))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("image:1")
                .hasMessageContaining("image:3");
    }

    @Test
    void what_is_not_there_is_not_found() {
        assertThatThrownBy(() -> lading.resolve(remote("nobody:1"))).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> lading.resolve(layout("1"))).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> lading.resolve(Place.parse("oci:" + folder.resolve("image"))))
                .isInstanceOf(NotFoundException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"oci-archive:x.tar", "docker-archive:x.tar:app", "daemon:app"})
    void a_place_of_a_later_version_is_refused_by_name(String word) {
        assertThatThrownBy(() -> lading.resolve(Place.parse(word)))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(Place.parse(word).toString())
                .hasMessageContaining("yet");
    }

    @Test
    void a_table_tells_platforms_sizes_and_shared_layers() {
        lading.build(twoPlatforms(), List.of(layout("1")));
        Inspection seen = lading.inspect(layout("1"));
        String shared = seen.images().get(0).layers().get(0).digest().hex().substring(0, 12);
        assertThat(seen.table().lines())
                .hasSize(3)
                .first()
                .asString()
                .matches("PLATFORM +DIGEST +SIZE +LAYERS +SHARED");
        assertThat(seen.table())
                .contains("linux/amd64  " + seen.images().get(0).descriptor().digest())
                .contains("linux/arm64  " + seen.images().get(1).descriptor().digest())
                .contains("1 of 2: " + shared);
    }
}
