package dev.lading.it.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.it.peers.Peers;
import dev.lading.layer.AttributeReader;
import dev.lading.layer.Getfattr;
import dev.lading.layer.Setfattr;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.MemoryStore;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.oci.rootfs.UnpackResult;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attributes that Java does not see, set and read by the programs for it. */
class AttributesTest {
    /** May bind to low ports: permitted and effective, revision 2. */
    private static final byte[] BIND = HexFormat.of().parseHex("0100000200040000000000000000000000000000");

    @TempDir
    private Path temporary;

    private static Image image() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(bytes);
        tar.write(TarEntry.folder("odd \\ \n name"));
        tar.write(
                TarEntry.file("odd \\ \n name/server", 1)
                        .withMode(0755)
                        .withOwner(1000, 1000)
                        .withRecord("SCHILY.xattr.security.capability", BIND)
                        .withRecord("SCHILY.xattr.user.note", "hi".getBytes(UTF_8))
                        .withRecord("SCHILY.xattr.security.selinux", "label".getBytes(UTF_8))
                        .withRecord("SCHILY.xattr.trusted.secret", "no".getBytes(UTF_8)),
                new byte[1]);
        tar.finish();
        MemoryStore store = MemoryStore.create();
        return Image.of(LayerStack.image(List.of(bytes.toByteArray()), store).descriptor(), store);
    }

    @Test
    void capabilities_are_set_beside_owners_and_all_else_is_listed() throws IOException {
        Peers.requireRoot();
        Path setfattr = Peers.require("setfattr");
        Path getfattr = Peers.require("getfattr");
        Path root = temporary.resolve("rootfs");
        UnpackResult result = RootFileSystem.of(image())
                .withOwners()
                .withAttributes(Setfattr.at(setfattr))
                .unpack(root);
        Map<String, byte[]> found =
                Getfattr.at(getfattr).read(root).get(AttributeReader.key("odd \\ \n name/server".getBytes(UTF_8)));
        assertThat(found).containsOnlyKeys("security.capability", "user.note");
        assertThat(found).extractingByKey("security.capability").isEqualTo(BIND);
        assertThat(result.skippedAttributes()).isEqualTo(2);
        assertThat(result.notCarried())
                .allSatisfy(line -> assertThat(line).contains("odd \\x5c \\x0a name/server"))
                .anySatisfy(line -> assertThat(line).contains("security.selinux"))
                .anySatisfy(line -> assertThat(line).contains("trusted.secret"));
    }

    @Test
    void without_owners_no_capability_is_set() throws IOException {
        Path setfattr = Peers.require("setfattr");
        UnpackResult result =
                RootFileSystem.of(image()).withAttributes(Setfattr.at(setfattr)).unpack(temporary.resolve("rootfs"));
        assertThat(result.notCarried()).anySatisfy(line -> assertThat(line).contains("security.capability"));
    }

    @Test
    void the_program_is_named_by_an_absolute_path_that_is_there() {
        assertThatThrownBy(() -> Setfattr.at(Path.of("setfattr"))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Setfattr.at(temporary.resolve("none").toAbsolutePath()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("package attr");
    }
}
