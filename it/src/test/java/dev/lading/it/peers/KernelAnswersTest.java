package dev.lading.it.peers;

import static dev.lading.oci.Platform.LINUX_ARM64;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.BinfmtFlag;
import dev.lading.emulation.BinfmtHandler;
import dev.lading.emulation.ExecDiagnosis;
import dev.lading.emulation.ExecNote;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.QemuTarget;
import dev.lading.examples.TinyElf;
import dev.lading.oci.platform.ExecutableFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is said of a file before it is started, beside what the real kernel answers. The system call is made by Perl: the JDK,
 * shells and chroot(1) take what the kernel refuses for a script.
 */
@Timeout(120)
class KernelAnswersTest {
    private static final String EXECVE = """
            chroot $ARGV[0] or die "chroot: $!"; chdir "/";
            my $file = $ARGV[1];
            my $argv = pack("pQ", $file, 0);
            my $environment = pack("Q", 0);
            syscall($ARGV[2], $file, $argv, $environment);
            print "errno ", $! + 0, "\\n";
            """;
    private static final Map<Integer, ExecDiagnosis.Errno> ERRNO = Map.of(
            2, ExecDiagnosis.Errno.ENOENT,
            8, ExecDiagnosis.Errno.ENOEXEC,
            13, ExecDiagnosis.Errno.EACCES,
            20, ExecDiagnosis.Errno.ENOTDIR,
            40, ExecDiagnosis.Errno.ELOOP,
            80, ExecDiagnosis.Errno.ELIBBAD);

    @TempDir
    Path root;

    private HostExecution host = HostExecution.detect();
    private byte[] own = new byte[0];

    @BeforeEach
    void programs() {
        Peers.requireRoot();
        Peers.require("perl");
        Peers.require("qemu-aarch64-static");
        host = HostExecution.detect();
        own = TinyElf.program(host.host());
    }

    private Path file(String name, byte[] bytes) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.write(file, bytes);
        assertThat(file.toFile().setExecutable(true, false)).isTrue();
        return file;
    }

    private void script(String name, String text) throws IOException {
        file(name, text.getBytes(ISO_8859_1));
    }

    private String[] call(String file) {
        String number = host.host().architecture().equals("amd64") ? "59" : "221";
        return new String[] {Peers.require("perl").toString(), "-e", EXECVE, root.toString(), file, number};
    }

    /** Compares: the kernel says what the diagnosis says it does. */
    private <T extends ExecDiagnosis> T judged(Class<T> type, String file) {
        return compared(type, ExecDiagnosis.of(root, List.of(file), host), Command.run(call(file)));
    }

    private static <T extends ExecDiagnosis> T compared(Class<T> type, ExecDiagnosis diagnosis, Command kernel) {
        assertThat(diagnosis).as(diagnosis + " beside " + kernel).isInstanceOf(type);
        String said = kernel.out().strip();
        if (said.startsWith("errno ")) {
            assertThat(diagnosis.errno())
                    .as(diagnosis + " beside " + kernel)
                    .contains(Objects.requireNonNull(ERRNO.get(Integer.parseInt(said.substring(6)))));
        } else {
            assertThat(diagnosis.errno()).as(diagnosis + " beside " + kernel).isEmpty();
        }
        return type.cast(diagnosis);
    }

    private void faulty(ExecutableFault fault, String file) {
        assertThat(judged(ExecDiagnosis.Faulty.class, file).fault()).isEqualTo(fault);
    }

    @Test
    void a_program_of_the_host_starts() throws IOException {
        file("app", own);
        judged(ExecDiagnosis.Native.class, "/app");
        script("run", "#! /app  x\n");
        judged(ExecDiagnosis.Native.class, "/run");
    }

    @Test
    void what_is_not_there() throws IOException {
        judged(ExecDiagnosis.NotFound.class, "/gone");
        file("app", own);
        judged(ExecDiagnosis.NotFound.class, "/app/x");
        Files.createSymbolicLink(root.resolve("dangling"), Path.of("/nowhere"));
        judged(ExecDiagnosis.NotFound.class, "/dangling");
        Files.createSymbolicLink(root.resolve("round"), Path.of("round"));
        judged(ExecDiagnosis.NotFound.class, "/round");
        Files.createSymbolicLink(root.resolve("up"), Path.of("../../../app"));
        judged(ExecDiagnosis.Native.class, "/up");
    }

    @Test
    void what_may_not_be_started() throws IOException {
        assertThat(file("plain", own).toFile().setExecutable(false, false)).isTrue();
        judged(ExecDiagnosis.NotExecutable.class, "/plain");
        Files.createDirectory(root.resolve("folder"));
        judged(ExecDiagnosis.NotExecutable.class, "/folder");
    }

    @Test
    void a_file_system_that_nothing_may_be_started_from() throws IOException {
        Path mountPoint = Files.createDirectory(root.resolve("noexec"));
        Command.run(
                        Peers.require("mount").toString(),
                        "-t",
                        "tmpfs",
                        "-o",
                        "noexec,size=64k",
                        "none",
                        mountPoint.toString())
                .succeeded();
        try {
            file("noexec/app", own);
            assertThat(judged(ExecDiagnosis.NoexecMount.class, "/noexec/app").mountPoint())
                    .isEqualTo(mountPoint.toRealPath());
        } finally {
            Command.run(Peers.require("umount").toString(), mountPoint.toString())
                    .succeeded();
        }
    }

    @Test
    void an_empty_file() throws IOException {
        script("app", "");
        faulty(ExecutableFault.EMPTY, "/app");
    }

    @Test
    void a_script_without_interpreter_line() throws IOException {
        file("bin/sh", own);
        script("app", "echo hello\n");
        faulty(ExecutableFault.NO_INTERPRETER_LINE, "/app");
        script("bare", "#!\n");
        faulty(ExecutableFault.NO_INTERPRETER, "/bare");
        script("blank", "#! \t\n");
        faulty(ExecutableFault.NO_INTERPRETER, "/blank");
    }

    @Test
    void a_byte_order_mark_or_white_space_before_the_interpreter_line() throws IOException {
        file("bin/sh", own);
        script("bom", "\u00ef\u00bb\u00bf#!/bin/sh\n");
        faulty(ExecutableFault.BYTE_ORDER_MARK, "/bom");
        script("space", " #!/bin/sh\n");
        faulty(ExecutableFault.SPACE_BEFORE, "/space");
    }

    @Test
    void a_carriage_return_after_the_interpreter() throws IOException {
        file("bin/sh", own);
        script("app", "#!/bin/sh\r\necho hello\r\n");
        faulty(ExecutableFault.CARRIAGE_RETURN, "/app");
        script("argument", "#!/bin/sh -e\r\n");
        faulty(ExecutableFault.CARRIAGE_RETURN, "/argument");
    }

    @Test
    void an_interpreter_line_that_is_too_long() throws IOException {
        script("app", "#!/" + "a".repeat(300) + "\n");
        faulty(ExecutableFault.LINE_TOO_LONG, "/app");
    }

    @Test
    void an_interpreter_that_is_not_there() throws IOException {
        script("app", "#!/usr/bin/python3\n");
        judged(ExecDiagnosis.InterpreterMissing.class, "/app");
    }

    @Test
    void an_interpreter_that_may_not_be_started() throws IOException {
        assertThat(file("sh", own).toFile().setExecutable(false, false)).isTrue();
        script("app", "#!/sh\n");
        assertThat(judged(ExecDiagnosis.NotExecutable.class, "/app").file()).isEqualTo("/sh");
    }

    @Test
    void scripts_behind_each_other() throws IOException {
        file("program", own);
        script("s1", "#!/program\n");
        for (int i = 2; i <= 6; i++) {
            script("s" + i, "#!/s" + (i - 1) + "\n");
        }
        judged(ExecDiagnosis.Native.class, "/s5");
        judged(ExecDiagnosis.ShebangTooDeep.class, "/s6");
    }

    @Test
    void a_program_that_was_cut() throws IOException {
        for (int size : new int[] {4, 20, 63, 80}) {
            file("app" + size, Arrays.copyOf(own, size));
            faulty(ExecutableFault.TRUNCATED, "/app" + size);
        }
    }

    @Test
    void programs_of_other_systems_and_files_that_are_none() throws IOException {
        script("dos", "MZ" + "\0".repeat(200));
        judged(ExecDiagnosis.ForeignSystem.class, "/dos");
        script("mac", "\u00cf\u00fa\u00ed\u00fe\u000c\0\0\1\0\0\0\0\2\0\0\0" + "\0".repeat(100));
        judged(ExecDiagnosis.ForeignSystem.class, "/mac");
        script("gz", "\u001f\u008b\b\0\0\0\0\0\0\3" + "\0".repeat(100));
        judged(ExecDiagnosis.NotAProgram.class, "/gz");
        byte[] object = own.clone();
        object[16] = 1; // ET_REL
        file("object", object);
        judged(ExecDiagnosis.NotAProgram.class, "/object");
    }

    @Test
    void a_loader_that_is_not_there() throws IOException {
        Files.copy(Path.of("/bin/true"), root.resolve("true"), StandardCopyOption.COPY_ATTRIBUTES);
        String loader = judged(ExecDiagnosis.LoaderMissing.class, "/true").loader();
        assertThat(loader).startsWith("/lib");
        // With it the kernel starts the program, which then lacks its library.
        Path copy = root.resolve(loader.substring(1));
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(Path.of(loader), copy, StandardCopyOption.COPY_ATTRIBUTES);
        assertThat(judged(ExecDiagnosis.Native.class, "/true").notes())
                .singleElement()
                .satisfies(note -> {
                    assertThat(note.kind()).isEqualTo(ExecNote.Kind.LIBRARY_MISSING);
                    assertThat(note.explanation()).contains("libc.so.6");
                });
        assertThat(ExecDiagnosis.of(Path.of("/"), List.of("true"), host).notes())
                .isEmpty();
    }

    @Test
    void another_architecture_without_a_handler() throws IOException {
        file("app", TinyElf.program(LINUX_ARM64));
        assertThat(judged(ExecDiagnosis.NoHandler.class, "/app").emulator()).isPresent();
        script("run", "#!/app\n");
        assertThat(judged(ExecDiagnosis.NoHandler.class, "/run").file()).isEqualTo("/app");
    }

    @Test
    void the_processors_compatible_mode() throws IOException {
        Path busybox = DebianPackages.unpacked("i386", "busybox-static").resolve("bin/busybox");
        Files.copy(busybox, root.resolve("app"), StandardCopyOption.COPY_ATTRIBUTES);
        judged(ExecDiagnosis.Compatible.class, "/app");
    }

    // ---- handlers, in a table of the test's own ----

    private static BinfmtHandler handler(String name, Path interpreter, String flags) {
        return BinfmtHandler.of(
                name, QemuTarget.named("aarch64").orElseThrow(), interpreter.toString(), BinfmtFlag.parse(flags));
    }

    private <T extends ExecDiagnosis> T judged(Class<T> type, PrivateTables tables, String file) {
        return compared(
                type, ExecDiagnosis.of(root, List.of(file), host.withTable(tables.table())), tables.run(call(file)));
    }

    @Test
    void a_handler_that_works_everywhere() throws IOException {
        file("app", TinyElf.program(LINUX_ARM64));
        try (PrivateTables tables = PrivateTables.open()) {
            tables.table().register(handler("lading-a", Peers.require("qemu-aarch64-static"), "POCF"));
            judged(ExecDiagnosis.Emulated.class, tables, "/app");
            assertThat(tables.run(call("/app")).out()).contains("hello from linux/arm64");
            tables.table().disable("lading-a");
            judged(ExecDiagnosis.HandlerDisabled.class, tables, "/app");
        }
    }

    @Test
    void a_handler_whose_emulator_is_not_in_the_root_file_system() throws IOException {
        file("app", TinyElf.program(LINUX_ARM64));
        Path emulator = Peers.require("qemu-aarch64-static");
        try (PrivateTables tables = PrivateTables.open()) {
            tables.table().register(handler("lading-a", emulator, "P"));
            judged(ExecDiagnosis.FixBinaryMissing.class, tables, "/app");
            tables.table().register(handler("lading-a", Path.of("/nowhere/qemu"), "P"));
            judged(ExecDiagnosis.EmulatorMissing.class, tables, "/app");
            // The newest is asked, and it is the broken one.
            tables.table().remove("lading-a");
            tables.table().register(handler("lading-a", emulator, "PF"));
            tables.table().register(handler("lading-b", Path.of("/nowhere/qemu"), "P"));
            assertThat(judged(ExecDiagnosis.HandlerShadowed.class, tables, "/app")
                            .hidden()
                            .name())
                    .isEqualTo("lading-a");
        }
    }

    @Test
    void a_handler_whose_emulator_needs_a_loader() throws IOException {
        file("app", TinyElf.program(LINUX_ARM64));
        try (PrivateTables tables = PrivateTables.open()) {
            tables.table().register(handler("lading-a", Path.of("/bin/true"), "PF"));
            judged(ExecDiagnosis.EmulatorNotStatic.class, tables, "/app");
        }
    }

    @Test
    void a_handler_whose_emulator_takes_the_flag_for_given_by_its_name() throws IOException {
        Path emulator = Files.copy(
                Peers.require("qemu-aarch64-static"),
                root.resolve("aarch64-binfmt-P"),
                StandardCopyOption.COPY_ATTRIBUTES);
        file("app", TinyElf.program(LINUX_ARM64));
        try (PrivateTables tables = PrivateTables.open()) {
            tables.table().register(handler("lading-a", emulator, "F"));
            judged(ExecDiagnosis.ArgvShift.class, tables, "/app");
        }
    }

    @Test
    void a_handler_whose_mask_keeps_a_file_out() throws IOException {
        byte[] appImage = TinyElf.program(LINUX_ARM64);
        appImage[8] = 'A';
        appImage[9] = 'I';
        appImage[10] = 2;
        file("app", appImage);
        Path emulator = Peers.require("qemu-aarch64-static");
        try (PrivateTables tables = PrivateTables.open()) {
            // Debian's own line, whose mask wants zeros there.
            String line =
                    ":theirs:M:0:\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00"
                            + ":\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:"
                            + emulator + ":PF";
            Files.writeString(tables.table().mountPoint().resolve("register"), line, StandardOpenOption.WRITE);
            assertThat(judged(ExecDiagnosis.MaskMismatch.class, tables, "/app").offset())
                    .isEqualTo(8);
            // Ours leaves them open.
            tables.table().register(handler("lading-a", emulator, "PF"));
            judged(ExecDiagnosis.Emulated.class, tables, "/app");
        }
    }
}
