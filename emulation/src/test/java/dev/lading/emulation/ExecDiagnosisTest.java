package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.emulation.ExecDiagnosis.Errno;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.ExecutableFault;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is decided from files; that the kernel decides likewise is proved beside the real kernel. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "execute bits and links are needed")
class ExecDiagnosisTest {
    private static final byte[] NATIVE = program("x86_64");
    private static final byte[] FOREIGN = program("aarch64");

    @TempDir
    Path temp;

    private Path root;
    private Path binfmt;
    private Path bin;

    private static byte[] program(String target) {
        return ProbeProgram.of(QemuTarget.named(target).orElseThrow());
    }

    @BeforeEach
    void folders() throws IOException {
        root = Files.createDirectories(temp.resolve("root"));
        binfmt = Files.createDirectories(temp.resolve("binfmt"));
        bin = Files.createDirectories(temp.resolve("bin"));
    }

    private Path file(String name, byte[] bytes) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    private void script(String name, String text) throws IOException {
        file(name, text.getBytes(ISO_8859_1));
    }

    private HostExecution host() {
        return HostExecution.of(Platform.LINUX_AMD64, binfmt, List.of(bin));
    }

    private ExecDiagnosis diagnosis(String... argv) {
        return ExecDiagnosis.of(root, List.of(argv), host());
    }

    private Path handler(String name, Path interpreter, String flags, boolean enabled) throws IOException {
        QemuTarget target = QemuTarget.named("aarch64").orElseThrow();
        return Files.writeString(
                binfmt.resolve(name),
                (enabled ? "enabled" : "disabled") + "\ninterpreter " + interpreter + "\nflags: " + flags
                        + "\noffset 0\nmagic " + HexFormat.of().formatHex(target.magic()) + "\nmask "
                        + HexFormat.of().formatHex(target.mask()) + "\n");
    }

    private Path emulator(String name, byte[] bytes) throws IOException {
        Path file = Files.write(bin.resolve(name), bytes);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    @Test
    void a_program_of_the_host_is_native_and_found_by_the_path_within_the_root() throws IOException {
        file("usr/bin/app", NATIVE);
        Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
        Files.createSymbolicLink(root.resolve("usr/bin/link"), Path.of("/../../bin/./app"));
        assertThat(diagnosis("app", "x")).isEqualTo(new ExecDiagnosis.Native("/usr/bin/app", List.of()));
        assertThat(diagnosis("/bin/link").runs()).isTrue();
        assertThat(ExecDiagnosis.of(root, List.of("./app"), "", "/usr/bin", host())
                        .runs())
                .isTrue();
        assertThat(diagnosis("./app")).isInstanceOf(ExecDiagnosis.NotFound.class);
    }

    @Test
    void a_link_never_leads_out_of_the_root() throws IOException {
        Path outside = Files.write(temp.resolve("outside"), NATIVE);
        assertThat(outside.toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(root.resolve("out"), outside);
        Files.createSymbolicLink(root.resolve("up"), Path.of("../outside"));
        Files.createSymbolicLink(root.resolve("round"), Path.of("round"));
        assertThat(diagnosis("/out")).isInstanceOfSatisfying(ExecDiagnosis.NotFound.class, missing -> {
            assertThat(missing.errno()).contains(Errno.ENOENT);
            assertThat(missing.broken())
                    .hasValueSatisfying(text -> assertThat(text).contains(outside.toString()));
        });
        assertThat(diagnosis("/up").errno()).contains(Errno.ENOENT);
        assertThat(diagnosis("/round").errno()).contains(Errno.ELOOP);
        file("app", NATIVE);
        assertThat(diagnosis("/app/x").errno()).contains(Errno.ENOTDIR);
    }

    @Test
    void what_is_not_there_names_where_it_was_looked_for() {
        assertThat(diagnosis("app")).isInstanceOfSatisfying(ExecDiagnosis.NotFound.class, missing -> {
            assertThat(missing.searched()).contains("/usr/bin");
            assertThat(missing.remedy()).contains("PATH");
        });
        assertThatThrownBy(() -> diagnosis("")).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> diagnosis()).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void a_folder_or_a_file_without_execute_bit_is_not_started() throws IOException {
        Path plain = file("plain", NATIVE);
        assertThat(plain.toFile().setExecutable(false)).isTrue();
        assertThat(diagnosis("/plain")).isEqualTo(new ExecDiagnosis.NotExecutable("/plain", true));
        Files.createDirectories(root.resolve("folder"));
        assertThat(diagnosis("/folder")).isEqualTo(new ExecDiagnosis.NotExecutable("/folder", false));
        // The PATH goes on after it, and it is told of if nothing else is found.
        Files.createDirectories(root.resolve("usr/local/bin/app"));
        assertThat(diagnosis("app")).isInstanceOf(ExecDiagnosis.NotExecutable.class);
        file("usr/bin/app", NATIVE);
        assertThat(diagnosis("app").runs()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'', EMPTY, ENOEXEC",
        "'echo hello', NO_INTERPRETER_LINE, ENOEXEC",
        "'\u00ef\u00bb\u00bf#!/bin/sh', BYTE_ORDER_MARK, ENOEXEC",
        "'#!', NO_INTERPRETER, ENOEXEC",
        "'#!/bin/sh\r', CARRIAGE_RETURN, ENOENT",
        "' #!/bin/sh', SPACE_BEFORE, ENOEXEC"
    })
    void a_script_with_a_fault_in_its_first_line_is_told_by_the_fault(String text, ExecutableFault fault, Errno errno)
            throws IOException {
        file("bin/sh", NATIVE);
        script("run", text.isEmpty() ? text : text + "\n");
        assertThat(diagnosis("/run")).isInstanceOfSatisfying(ExecDiagnosis.Faulty.class, faulty -> {
            assertThat(faulty.fault()).isEqualTo(fault);
            assertThat(faulty.errno()).contains(errno);
            assertThat(faulty.remedy()).isNotEmpty();
        });
    }

    @Test
    void a_carriage_return_after_the_interpreters_argument_starts_the_wrong_thing() throws IOException {
        file("bin/sh", NATIVE);
        script("run", "#!/bin/sh -e\r\n");
        assertThat(diagnosis("/run")).isInstanceOfSatisfying(ExecDiagnosis.Faulty.class, faulty -> {
            assertThat(faulty.fault()).isEqualTo(ExecutableFault.CARRIAGE_RETURN);
            assertThat(faulty.errno()).isEmpty();
        });
    }

    @Test
    void a_scripts_interpreter_is_looked_for_in_the_root() throws IOException {
        script("run", "#!/usr/bin/python3\n");
        assertThat(diagnosis("/run")).isEqualTo(new ExecDiagnosis.InterpreterMissing("/run", "/usr/bin/python3"));
        file("usr/bin/python3", FOREIGN);
        assertThat(diagnosis("/run")).isInstanceOfSatisfying(ExecDiagnosis.NoHandler.class, none -> {
            assertThat(none.file()).isEqualTo("/usr/bin/python3");
            assertThat(none.platform()).isEqualTo(Platform.LINUX_ARM64);
        });
    }

    @Test
    void five_scripts_behind_each_other_run_and_six_do_not() throws IOException {
        file("program", NATIVE);
        script("s1", "#!/program\n");
        for (int i = 2; i <= 6; i++) {
            script("s" + i, "#!/s" + (i - 1) + "\n");
        }
        assertThat(diagnosis("/s5").runs()).isTrue();
        assertThat(diagnosis("/s6")).isInstanceOfSatisfying(ExecDiagnosis.ShebangTooDeep.class, deep -> {
            assertThat(deep.chain()).containsExactly("/s6", "/s5", "/s4", "/s3", "/s2", "/s1", "/program");
            assertThat(deep.errno()).contains(Errno.ELOOP);
        });
    }

    @Test
    void other_systems_programs_and_files_that_are_none_are_told_apart() throws IOException {
        script("dos", "MZ" + "\0".repeat(100));
        assertThat(diagnosis("/dos")).isInstanceOf(ExecDiagnosis.ForeignSystem.class);
        file("mac", HexFormat.of().parseHex("cffaedfe0c000001000000000200000000000000000000000000000000000000"));
        assertThat(diagnosis("/mac"))
                .isInstanceOfSatisfying(
                        ExecDiagnosis.ForeignSystem.class,
                        mac -> assertThat(mac.explanation()).contains("darwin"));
        file("gz", HexFormat.of().parseHex("1f8b0800000000000003030000000000000000000000"));
        assertThat(diagnosis("/gz"))
                .isInstanceOfSatisfying(
                        ExecDiagnosis.NotAProgram.class,
                        none -> assertThat(none.errno()).contains(Errno.ENOEXEC));
        file("cut", Arrays.copyOf(NATIVE, 40));
        assertThat(diagnosis("/cut"))
                .isInstanceOfSatisfying(
                        ExecDiagnosis.Faulty.class,
                        cut -> assertThat(cut.fault()).isEqualTo(ExecutableFault.TRUNCATED));
    }

    @Test
    void without_handler_it_is_said_whether_an_emulator_is_here_and_what_hinders() throws IOException {
        file("app", FOREIGN);
        assertThat(diagnosis("/app")).isInstanceOfSatisfying(ExecDiagnosis.NoHandler.class, none -> {
            assertThat(none.emulator()).isEmpty();
            assertThat(none.remedy()).contains("qemu-user-static");
        });
        emulator("qemu-aarch64", NATIVE);
        assertThat(diagnosis("/app"))
                .isInstanceOfSatisfying(
                        ExecDiagnosis.NoHandler.class,
                        none -> assertThat(none.emulator()).isPresent());
    }

    @Test
    void a_handler_that_was_fixed_runs_it_in_every_root() throws IOException {
        file("app", FOREIGN);
        handler("theirs", bin.resolve("gone"), "PF", true);
        assertThat(diagnosis("/app")).isInstanceOfSatisfying(ExecDiagnosis.Emulated.class, emulated -> {
            assertThat(emulated.handler().name()).isEqualTo("theirs");
            assertThat(emulated.platform()).isEqualTo(Platform.LINUX_ARM64);
        });
    }

    @Test
    void a_handler_without_f_needs_its_emulator_in_the_root() throws IOException {
        file("app", FOREIGN);
        Path emulator = emulator("qemu-aarch64", NATIVE);
        handler("theirs", emulator, "P", true);
        assertThat(diagnosis("/app")).isInstanceOf(ExecDiagnosis.FixBinaryMissing.class);
        file(emulator.toString().substring(1), NATIVE);
        assertThat(diagnosis("/app").runs()).isTrue();
    }

    @Test
    void a_handler_that_is_broken_is_told_by_how_it_is_broken() throws IOException {
        file("app", FOREIGN);
        Path entry = handler("theirs", bin.resolve("gone"), "P", true);
        assertThat(diagnosis("/app")).isInstanceOf(ExecDiagnosis.EmulatorMissing.class);
        Files.delete(entry);
        handler("theirs", bin.resolve("gone"), "PF", false);
        assertThat(diagnosis("/app")).isInstanceOf(ExecDiagnosis.HandlerDisabled.class);
        handler("theirs", emulator("aarch64-binfmt-P", NATIVE), "F", true);
        assertThat(diagnosis("/app")).isInstanceOf(ExecDiagnosis.ArgvShift.class);
        handler("theirs", emulator("aarch64-binfmt-P", dynamic()), "PF", true);
        assertThat(diagnosis("/app"))
                .isInstanceOfSatisfying(
                        ExecDiagnosis.EmulatorNotStatic.class,
                        needing -> assertThat(needing.loader()).isEqualTo("/lib/ld"));
    }

    @Test
    void a_mask_that_keeps_a_file_out_is_told_by_the_byte() throws IOException {
        byte[] appImage = FOREIGN.clone();
        appImage[8] = 'A';
        file("app", appImage);
        Path entry = handler("theirs", bin.resolve("gone"), "PF", true);
        assertThat(diagnosis("/app").runs()).isTrue();
        String narrow = "f".repeat(14) + "00" + "f".repeat(16) + "feffffff";
        Files.writeString(entry, Files.readString(entry).replaceFirst("mask .*", "mask " + narrow));
        assertThat(diagnosis("/app")).isInstanceOfSatisfying(ExecDiagnosis.MaskMismatch.class, kept -> {
            assertThat(kept.offset()).isEqualTo(8);
            assertThat(kept.expected()).isZero();
            assertThat(kept.found()).isEqualTo('A');
        });
    }

    @Test
    void the_loader_of_a_dynamic_program_is_looked_for_in_the_root() throws IOException {
        file("app", dynamic());
        file("lib/ld-musl-x86_64.so.1", NATIVE);
        assertThat(diagnosis("/app")).isInstanceOfSatisfying(ExecDiagnosis.LoaderMissing.class, missing -> {
            assertThat(missing.loader()).isEqualTo("/lib/ld");
            assertThat(missing.others()).containsExactly("/lib/ld-musl-x86_64.so.1");
            assertThat(missing.errno()).contains(Errno.ENOENT);
        });
        file("lib/ld", NATIVE);
        assertThat(diagnosis("/app").runs()).isTrue();
    }

    @Test
    void no_file_whatever_its_bytes_makes_the_diagnosis_fail() throws IOException {
        Random random = new Random(11);
        byte[][] seeds = {NATIVE, FOREIGN, dynamic(), "#!/bin/sh -e\n".getBytes(ISO_8859_1), new byte[40]};
        handler("theirs", bin.resolve("gone"), "PF", true);
        HostExecution host = host();
        Path app = file("app", NATIVE);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = seeds[random.nextInt(seeds.length)].clone();
            for (int j = random.nextInt(6); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Files.write(app, Arrays.copyOf(bytes, random.nextInt(bytes.length) + 1));
            ExecDiagnosis diagnosis = ExecDiagnosis.of(root, List.of("/app"), host);
            assertThat(diagnosis.explanation()).isNotEmpty();
            assertThat(diagnosis.runs() || !diagnosis.remedy().isEmpty()).isTrue();
        }
    }

    @Test
    void a_program_for_a_newer_processor_than_this_one_is_told_by_what_it_needs() throws IOException {
        file("app", needingLevel3());
        Function<Integer, HostExecution> processor = level -> HostExecution.probed(
                Platform.LINUX_AMD64,
                List.of(),
                Map.of("level", new ProbeRun.Result(ProbeProgram.EXIT_LEVEL_BASE + level, OptionalInt.empty())));
        assertThat(ExecDiagnosis.of(root, List.of("/app"), processor.apply(2)))
                .isInstanceOfSatisfying(ExecDiagnosis.VariantUnsupported.class, unfit -> {
                    assertThat(unfit.needed()).isEqualTo(Platform.of("linux", "amd64", "v3"));
                    assertThat(unfit.reason()).contains("linux/amd64/v2");
                    assertThat(unfit.errno()).isEmpty();
                });
        assertThat(ExecDiagnosis.of(root, List.of("/app"), processor.apply(3)).runs())
                .isTrue();
    }

    /** The native probe with a property note (x86-64 psABI, «Program property») that asks for the third level. */
    private static byte[] needingLevel3() {
        ByteBuffer note = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        note.putInt(4).putInt(16).putInt(5).put("GNU\0".getBytes(ISO_8859_1));
        note.putInt(0xc0008002).putInt(4).putInt(1 << 2).putInt(0);
        byte[] all = withSegment(4, 8, note.array());
        assertThat(ExecutableHeader.of(all, all.length).platform()).contains(Platform.of("linux", "amd64", "v3"));
        return all;
    }

    /** The native probe with a second program header that names a loader. */
    private static byte[] dynamic() {
        return withSegment(3, 1, "/lib/ld\0".getBytes(ISO_8859_1));
    }

    /** The native probe with one more program header before its own, and what that names at the file's end. */
    private static byte[] withSegment(int type, int alignment, byte[] content) {
        int at = 256;
        int size = at + content.length;
        ByteBuffer all = ByteBuffer.wrap(Arrays.copyOf(NATIVE, size)).order(ByteOrder.LITTLE_ENDIAN);
        all.putShort(56, (short) 2); // program headers
        all.position(64);
        all.putInt(type).putInt(4);
        all.putLong(at).putLong(at).putLong(at);
        all.putLong(content.length).putLong(content.length).putLong(alignment);
        all.put(NATIVE, 64, 56);
        all.putLong(64 + 56 + 32, size).putLong(64 + 56 + 40, size);
        all.position(at);
        return all.put(content).array();
    }

    @Test
    void a_mount_without_exec_is_found_by_the_nearest_mount_point() {
        List<String> mounts = List.of(
                "22 1 0:20 / / rw,relatime - ext4 /dev/vda rw",
                "23 22 0:21 / /data\\040x rw,nosuid,noexec - tmpfs none rw",
                "24 23 0:22 / /data\\040x/y rw - tmpfs none rw",
                "25 22 0:23 / /no\\000name rw,noexec - tmpfs none rw");
        assertThat(mountOf("/data x/app", mounts)).isEqualTo("/data x noexec");
        assertThat(mountOf("/data x/y/app", mounts)).isEqualTo("/data x/y");
        assertThat(mountOf("/data/app", mounts)).isEqualTo("/");
    }

    private static String mountOf(String file, List<String> mounts) {
        return Mounts.of(Path.of(file), mounts)
                .map(mount -> mount.point() + (mount.noexec() ? " noexec" : ""))
                .orElseThrow();
    }
}
