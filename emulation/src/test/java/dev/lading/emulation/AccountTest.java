package dev.lading.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "programs are run on Linux")
class AccountTest {
    @TempDir
    Path root;

    @BeforeEach
    void files() throws IOException {
        Files.createDirectory(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "# a comment\nroot:x:0:0:r:/root:/bin/sh\n7:x:1007:8::/seven:\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nwheel:x:10:7,root\nlast:x:99:root\n");
    }

    @Test
    void a_name_of_digits_comes_before_the_number() {
        assertThat(Account.in(root, "7")).isEqualTo(new Account(1007, 8, List.of(8L, 10L), "/seven"));
        assertThat(Account.in(root, "8")).isEqualTo(new Account(8, 0, List.of(0L), "/"));
    }

    @Test
    void no_user_is_root_with_its_groups() {
        assertThat(Account.in(root, "")).isEqualTo(new Account(0, 0, List.of(0L, 10L, 99L), "/root"));
    }

    @Test
    void a_group_that_is_named_is_the_only_one() {
        assertThat(Account.in(root, "root:wheel")).isEqualTo(new Account(0, 10, List.of(10L), "/root"));
        assertThat(Account.in(root, "5:6")).isEqualTo(new Account(5, 6, List.of(6L), "/"));
    }

    @Test
    void what_is_no_identifier_is_refused() throws IOException {
        for (String user : List.of("4294967295", "4294967296", "99999999999999999999", "0:4294967295")) {
            assertThatThrownBy(() -> Account.in(root, user)).isInstanceOf(InvalidInputException.class);
        }
        for (String user : List.of("root:", ":wheel", ":")) {
            assertThatThrownBy(() -> Account.in(root, user)).isInstanceOf(InvalidInputException.class);
        }
        for (String user : List.of("ghost", "-1", "root:ghost", "٣")) {
            assertThatThrownBy(() -> Account.in(root, user)).isInstanceOf(NotFoundException.class);
        }
        Files.writeString(root.resolve("etc/passwd"), "evil:x:4294967295:0::/:\n");
        assertThatThrownBy(() -> Account.in(root, "evil"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("4294967295");
        assertThat(Account.in(root, "4294967294").userId()).isEqualTo(4_294_967_294L);
    }

    @Test
    void a_file_of_accounts_that_is_a_link_or_a_folder_is_none() throws IOException {
        Path secret = Files.writeString(root.resolve("secret"), "spy:x:5:5::/:\n");
        Files.delete(root.resolve("etc/passwd"));
        Files.createSymbolicLink(root.resolve("etc/passwd"), secret);
        assertThatThrownBy(() -> Account.in(root, "spy")).isInstanceOf(NotFoundException.class);
        Files.delete(root.resolve("etc/group"));
        Files.createDirectory(root.resolve("etc/group"));
        assertThatThrownBy(() -> Account.in(root, "0:wheel")).isInstanceOf(NotFoundException.class);
    }

    @Test
    void a_pipe_is_not_waited_for() throws IOException, InterruptedException {
        Files.delete(root.resolve("etc/passwd"));
        Process made = new ProcessBuilder("mkfifo", root.resolve("etc/passwd").toString()).start();
        assertThat(made.waitFor()).isZero();
        made.getInputStream().close();
        made.getErrorStream().close();
        made.getOutputStream().close();
        assertThat(Account.in(root, "5").userId()).isEqualTo(5);
    }

    @Test
    void a_giant_file_of_accounts_is_refused() throws IOException {
        Files.write(root.resolve("etc/passwd"), new byte[1024 * 1024 + 1]);
        assertThatThrownBy(() -> Account.in(root, "root"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("by number");
    }
}
