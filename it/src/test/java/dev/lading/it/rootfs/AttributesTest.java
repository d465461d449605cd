package dev.lading.it.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.it.peers.Command;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attributes that Java does not see, set and read by the programs for it. */
class AttributesTest {
    private static final String CAPABILITY = "security.capability";

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
                        .withRecord("SCHILY.xattr." + CAPABILITY, BIND)
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
        assertThat(found).containsOnlyKeys(CAPABILITY, "user.note");
        assertThat(found).extractingByKey(CAPABILITY).isEqualTo(BIND);
        assertThat(result.skippedAttributes()).isEqualTo(2);
        assertThat(result.notCarried())
                .allSatisfy(line -> assertThat(line).contains("odd \\x5c \\x0a name/server"))
                .anySatisfy(line -> assertThat(line).contains("security.selinux"))
                .anySatisfy(line -> assertThat(line).contains("trusted.secret"));
    }

    @Test
    void a_command_that_is_asked_takes_capabilities_into_an_image_and_out_again() throws IOException {
        Peers.requireRoot();
        Path getfattr = Peers.require("getfattr");
        Path app = Files.createDirectory(temporary.resolve("app"));
        Path server = Files.write(app.resolve("server"), new byte[1]);
        Command.run(Peers.require("setfattr").toString(), "-n", CAPABILITY, "-v", hex(BIND), server.toString())
                .succeeded();
        String place = "oci:" + temporary.resolve("image") + ":1";
        String[] build = {"build", "--keep-attributes", "--add", app + ":/app", "--audit=false", "--output", place};
        Command built = Command.lading(build);
        assertThat(built.err()).doesNotContain("left out");
        built.succeeded();
        Path root = temporary.resolve("rootfs");
        Command.lading("unpack", "--owners", "--keep-attributes", place, root.toString())
                .succeeded();
        assertThat(Getfattr.at(getfattr).read(root.resolve("app/server")).get(""))
                .containsExactly(Map.entry(CAPABILITY, BIND));
        Command left = Command.lading(
                "unpack", "--owners", place, temporary.resolve("plain").toString());
        assertThat(left.err()).contains("left out: \"app/server\": the attribute " + CAPABILITY);
        assertThat(Command.lading("unpack", "--keep-attributes", place, "none").err())
                .contains("needs --owners");
    }

    private static String hex(byte[] value) {
        return "0x" + HexFormat.of().formatHex(value);
    }

    @Test
    void without_owners_no_capability_is_set() throws IOException {
        Path setfattr = Peers.require("setfattr");
        UnpackResult result =
                RootFileSystem.of(image()).withAttributes(Setfattr.at(setfattr)).unpack(temporary.resolve("rootfs"));
        assertThat(result.notCarried()).anySatisfy(line -> assertThat(line).contains(CAPABILITY));
    }

    @Test
    void the_program_is_named_by_an_absolute_path_that_is_there() {
        assertThatThrownBy(() -> Setfattr.at(Path.of("setfattr"))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Setfattr.at(temporary.resolve("none").toAbsolutePath()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("package attr");
    }
}
