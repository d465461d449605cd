package dev.lading.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.HostExecution;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words {@code explain} and {@code emulators}; what they answer is proved beside the real kernel elsewhere. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has handlers and this order of asking them")
class ExplainVerbTest {
    private final ByteArrayOutputStream results = new ByteArrayOutputStream();
    private final ByteArrayOutputStream notes = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private int lading(String... words) {
        results.reset();
        notes.reset();
        return new Session(new Console(results, notes), name -> Optional.empty()).run(words);
    }

    private List<String> out() {
        return results.toString(UTF_8).lines().toList();
    }

    private Path program(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    @Test
    void a_program_that_runs_ends_in_0_and_says_how() {
        assertThat(lading("explain", "/bin/sh")).isZero();
        assertThat(out()).first().asString().isEqualTo("/bin/sh runs on this host's own processor");
        assertThat(notes.toString(UTF_8)).contains("ELF program");
    }

    @Test
    void what_a_file_says_of_itself_gives_the_terminal_no_orders() throws IOException {
        Path script = program("run", "#!/no/\u001b[2J\u009bshell\n");
        assertThat(lading("explain", script.toString())).isEqualTo(ExitCode.FAULTS_FOUND);
        assertThat(out()).first().asString().endsWith("its interpreter /no/\\u001b[2J\\u009bshell is not");
        Path broken = Files.createSymbolicLink(folder.resolve("link"), Path.of("gone\nto change that: rm"));
        assertThat(lading("explain", broken.toString())).isEqualTo(ExitCode.FAULTS_FOUND);
        assertThat(out()).first().asString().endsWith("gone\\u000ato change that: rm");
        assertThat(results.toString(UTF_8) + notes.toString(UTF_8)).doesNotContain("\u001b", "\u009b");
    }

    @Test
    void one_that_does_not_ends_in_3_and_says_why_what_the_kernel_says_and_what_to_do() throws IOException {
        Path script = program("run", "#!/no/such/shell\n");
        assertThat(lading("explain", script.toString())).isEqualTo(ExitCode.FAULTS_FOUND);
        assertThat(out())
                .containsExactly(
                        "the script " + script + " is there, but its interpreter /no/such/shell is not",
                        "the kernel says: ENOENT",
                        "to change that: install /no/such/shell in the image, or name an interpreter that is there");
    }

    @Test
    void a_file_is_looked_for_in_the_root_that_is_given() throws IOException {
        program("run", "");
        assertThat(lading("explain", "--root", folder.toString(), "/run")).isEqualTo(ExitCode.FAULTS_FOUND);
        assertThat(out()).contains("/run: the file is empty", "the kernel says: ENOEXEC");
    }

    @Test
    void of_a_script_the_file_is_told_as_well_as_its_interpreter() throws IOException {
        Path script = program("run", "#!/usr/bin/env python3\n");
        assertThat(lading("explain", script.toString())).isZero();
        assertThat(notes.toString(UTF_8)).contains(script + ": script for /usr/bin/env", "/usr/bin/env: ELF");
    }

    @Test
    void links_that_lead_out_of_the_root_on_this_host_are_not_followed() throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        program("secret", "#!/bin/secret\n");
        Files.createSymbolicLink(root.resolve("up"), Path.of("../secret"));
        Files.createSymbolicLink(root.resolve("circle"), Path.of("circle"));
        for (String name : List.of("/up", "../secret", "/circle")) {
            assertThat(lading("explain", "--root", root.toString(), name)).isEqualTo(ExitCode.FAULTS_FOUND);
            assertThat(notes.toString(UTF_8)).as(name).isEmpty();
        }
        assertThat(out()).first().asString().startsWith("/circle is a link that leads in a circle: ");
    }

    @Test
    void the_command_of_an_image_is_looked_at_in_the_image() throws IOException {
        Path script = program("run", "#!/bin/bash\r\n");
        String image = "oci:" + folder.resolve("image") + ":1";
        assertThat(lading("build", "--add", script + ":/run", "--entrypoint", "/run", "--output", image))
                .isZero();
        assertThat(lading("explain", image)).isEqualTo(ExitCode.FAULTS_FOUND);
        assertThat(out()).first().asString().contains("/run", "carriage return");
        assertThat(lading("build", "--add", script + ":/run", "--output", image))
                .isZero();
        assertThat(lading("explain", image)).isEqualTo(ExitCode.FAILED);
        assertThat(notes.toString(UTF_8)).contains("neither an entrypoint nor a command");
    }

    @Test
    void the_list_of_what_runs_here_ends_in_a_line_of_platforms_with_the_hosts_first() {
        assertThat(lading("emulators")).isZero();
        String own = "linux/" + HostExecution.detect().host().architecture();
        assertThat(out()).first().asString().startsWith(own + " ").endsWith(" native");
        assertThat(out()).last().asString().startsWith("Platforms: " + own);
    }

    @Test
    void a_dry_run_prints_the_lines_that_would_be_written_and_writes_nothing() {
        int code = lading("emulators", "install", "--dry-run", "--boot", "systemd");
        boolean emulators = !notes.toString(UTF_8).contains("there is no emulator on this host");
        assertThat(code).isEqualTo(emulators ? ExitCode.DONE : ExitCode.NOT_FOUND);
        assertThat(out()).filteredOn(line -> !line.startsWith("#")).allMatch(line -> line.startsWith(":lading-"));
        assertThat(lading("emulators", "remove", "--dry-run")).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            emulators install --boot grub            | systemd or debian
            emulators install pdp11                  | QEMU has no emulator for «pdp11»
            explain                                  | FILE
            explain --platform linux/arm64 /bin/sh   | leave --platform out
            """)
    void a_wrong_call_ends_in_2(String line, String reason) {
        assertThat(lading(line.split(" ", -1))).isEqualTo(ExitCode.USAGE);
        assertThat(notes.toString(UTF_8)).contains(reason);
    }
}
