package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "programs are run on Linux")
class InRootTest {
    @TempDir
    Path temp;

    @Test
    void nothing_leads_out_of_the_root() throws IOException {
        Path root = Files.createDirectory(temp.resolve("root"));
        Files.createDirectories(root.resolve("var/run"));
        Files.createSymbolicLink(root.resolve("up"), Path.of("../../../.."));
        Files.createSymbolicLink(root.resolve("absolute"), Path.of("/var/run"));
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("/not/there"));
        Files.createSymbolicLink(root.resolve("a"), Path.of("b"));
        Files.createSymbolicLink(root.resolve("b"), Path.of("a"));
        assertThat(InRoot.follow(root, "/../../up/../var").path()).isEqualTo(root.resolve("var"));
        assertThat(InRoot.follow(root, "absolute").path()).isEqualTo(root.resolve("var/run"));
        assertThat(InRoot.follow(root, "absolute").isFolder()).isTrue();
        assertThat(InRoot.follow(root, "/absolute/../../up").path()).isEqualTo(root);
        assertThat(InRoot.follow(root, "dangling/x").path()).isEqualTo(root.resolve("not/there/x"));
        assertThat(InRoot.follow(root, "dangling/x").attributes()).isEmpty();
        assertThatThrownBy(() -> InRoot.follow(root, "a")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_step_back_from_a_folder_that_is_missing_does_not_lead_through_a_link_out_of_the_root() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Path root = Files.createDirectory(temp.resolve("root"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        assertThat(InRoot.follow(root, "/missing/../link/made").path())
                .isEqualTo(root.resolve(root.getRoot().relativize(outside)).resolve("made"));
        assertThat(InRoot.follow(root, "/missing/deep/../../link").path())
                .isEqualTo(root.resolve(root.getRoot().relativize(outside)));
    }

    @Test
    void a_name_that_no_file_can_have_is_refused() {
        assertThatThrownBy(() -> InRoot.follow(temp, "/work\0/x")).isInstanceOf(InvalidInputException.class);
    }
}
