package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "programs are run on Linux")
class TerminalTest {
    @TempDir
    Path temp;

    /** The folder it begins in may be the image's, and so may the variable. */
    @Test
    void what_an_image_names_as_its_shell_is_told_to_the_program_and_not_started_on_the_host()
            throws IOException, InterruptedException {
        assumeTrue(HostProgram.find("script").isPresent(), "script of util-linux is not installed");
        Path evil = Files.writeString(temp.resolve("evil"), "#!/bin/sh\necho started on the host\n");
        Files.setPosixFilePermissions(evil, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(said(Terminal.around("exec printenv SHELL", Optional.of("./evil"))))
                .isEqualTo("./evil");
        assertThat(said(Terminal.around("printenv SHELL || echo none", Optional.empty())))
                .isEqualTo("none");
    }

    private String said(List<String> words) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(temp.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("SHELL", "./evil");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).isZero();
        return out.strip();
    }
}
