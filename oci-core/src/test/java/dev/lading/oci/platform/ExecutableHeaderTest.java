package dev.lading.oci.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.ExecutableHeader.Kind;
import dev.lading.oci.platform.OtherHeader.Form;
import dev.lading.oci.platform.PeHeader.Subsystem;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutableHeaderTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static ExecutableHeader read(String text) {
        byte[] bytes = bytes(text);
        return ExecutableHeader.of(bytes, bytes.length);
    }

    private static ScriptHeader script(String text) {
        return (ScriptHeader) read(text);
    }

    @Test
    void a_script_names_its_interpreter_and_one_argument() {
        ScriptHeader script = script("#! /usr/bin/env -S  python3 -u \t\nprint()\n");

        assertThat(script.interpreter()).contains("/usr/bin/env");
        assertThat(script.argument()).contains("-S  python3 -u");
        assertThat(script.executable()).isTrue();
        assertThat(script.faults()).isEmpty();
        assertThat(script.platforms()).isEmpty();
        assertThat(script).hasToString("script for /usr/bin/env with the argument «-S  python3 -u»");
    }

    @Test
    void a_script_of_one_line_needs_no_line_end() {
        assertThat(script("#!/bin/sh").interpreter()).contains("/bin/sh");
        assertThat(script("#!/bin/sh").faults()).isEmpty();
    }

    @Test
    void a_zero_byte_ends_the_interpreter_as_it_does_in_the_kernel() {
        assertThat(script("#!/bin/sh\0 -e\n").interpreter()).contains("/bin/sh");
        assertThat(script("#!/bin/sh\0 -e\n").argument()).isEmpty();
        assertThat(script("#!/bin/sh -e\0x\n").argument()).contains("-e");
    }

    @ParameterizedTest
    @CsvSource({
        "'#!/bin/sh\r\nexit\r\n', CARRIAGE_RETURN",
        "'#!/usr/bin/env bash\r\n', CARRIAGE_RETURN",
        "'#!', NO_INTERPRETER",
        "'#!\n', NO_INTERPRETER",
        "'#! \t \nx', NO_INTERPRETER",
        "'#!sh\n', RELATIVE_INTERPRETER",
        "'\u00ef\u00bb\u00bf#!/bin/sh\n', BYTE_ORDER_MARK",
        "'\u00ff\u00fe#\0!\0/\0b\0i\0n\0/\0s\0h\0\n\0', BYTE_ORDER_MARK",
        "'\u00fe\u00ff\0#\0!\0/\0b\0i\0n\0/\0s\0h\0\n', BYTE_ORDER_MARK",
        "'\n#!/bin/sh\n', SPACE_BEFORE",
        "'  #!/bin/sh\n', SPACE_BEFORE",
    })
    void the_classic_faults_of_scripts_are_told_apart(String text, ExecutableFault fault) {
        ScriptHeader script = script(text);

        assertThat(script.faults()).containsExactly(fault);
        assertThat(script.toString()).endsWith("; but " + fault.explanation());
        assertThat(script.executable())
                .isEqualTo(fault != ExecutableFault.BYTE_ORDER_MARK && fault != ExecutableFault.SPACE_BEFORE);
    }

    @Test
    void the_carriage_return_is_part_of_what_the_kernel_looks_for() {
        assertThat(script("#!/bin/sh\r\n").interpreter()).contains("/bin/sh\r");
        assertThat(script("#!/usr/bin/env bash\r\n").argument()).contains("bash\r");
        assertThat(script("#!/bin/sh\r\n").toString()).contains("/bin/sh\\u000d");
    }

    @Test
    void the_kernel_looks_at_256_bytes() {
        String path = "/" + "d".repeat(252);
        assertThat(script("#!" + path + "\n" + "x".repeat(300)).interpreter()).contains(path);
        assertThat(script("#!" + path + "d\n" + "x".repeat(300)).faults())
                .containsExactly(ExecutableFault.LINE_TOO_LONG);
        assertThat(script("#!" + path + "d\n" + "x".repeat(300)).interpreter()).isEmpty();
        ScriptHeader cut = script("#!/bin/sh " + "a".repeat(300) + "\n");
        assertThat(cut.faults()).containsExactly(ExecutableFault.ARGUMENT_CUT);
        assertThat(cut.argument()).contains("a".repeat(246));
    }

    @ParameterizedTest
    @CsvSource({
        "'', EMPTY, EMPTY",
        "'echo hello\n', TEXT, NO_INTERPRETER_LINE",
        "'\u001f\u008b\b\0', GZIP, ''",
        "'(\u00b5/\u00fd..', ZSTD, ''",
        "'\u00fd7zXZ\0', XZ, ''",
        "'BZh91AY', BZIP2, ''",
        "'!<arch>\n', AR, ''",
        "'PK\3\4', ZIP, ''",
        "'MZ______', DOS, ''",
        "'\1\2\3\4', UNKNOWN, ''",
    })
    void what_no_system_starts_is_named(String text, Form form, String fault) {
        ExecutableHeader header = read(text);

        assertThat(header).isEqualTo(new OtherHeader(form));
        assertThat(header.kind()).isEqualTo(Kind.OTHER);
        assertThat(header.executable()).isFalse();
        assertThat(header.platforms()).isEmpty();
        assertThat(header.faults())
                .containsExactlyElementsOf(fault.isEmpty() ? List.of() : List.of(ExecutableFault.valueOf(fault)));
    }

    @Test
    void every_fault_has_an_explanation_and_a_remedy() {
        for (ExecutableFault fault : ExecutableFault.values()) {
            assertThat(fault.explanation()).isNotBlank().doesNotEndWith(".");
            assertThat(fault.remedy()).isNotBlank().doesNotEndWith(".");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x14c, false, 2, windows/386, GUI",
        "0x8664, true, 3, windows/amd64, CONSOLE",
        "0xaa64, true, 3, windows/arm64, CONSOLE",
        "0xa641, true, 3, windows/arm64, CONSOLE",
        "0x1c4, false, 3, windows/arm/v7, CONSOLE",
        "0x8664, true, 1, windows/amd64, NATIVE",
        "0x8664, true, 10, '', EFI",
        "0x9999, true, 3, '', CONSOLE",
    })
    void a_windows_program_names_its_platform(
            String machine, boolean wide, int subsystem, String platform, Subsystem expected) {
        PeHeader pe = (PeHeader) Binaries.read(Binaries.pe(Integer.decode(machine), wide, subsystem, false));

        assertThat(pe.platform().map(Platform::toString).orElse("")).isEqualTo(platform);
        assertThat(pe.subsystem()).isEqualTo(expected);
        assertThat(pe.bits()).isEqualTo(wide ? 64 : 32);
        assertThat(pe.managed()).isFalse();
        assertThat(pe.library()).isFalse();
        assertThat(pe.faults()).isEmpty();
        assertThat(pe.complete()).isTrue();
        assertThat(pe.executable()).isTrue();
    }

    @Test
    void managed_code_is_marked() {
        assertThat(((PeHeader) Binaries.read(Binaries.pe(0x14c, false, 3, true))).managed())
                .isTrue();
        assertThat(((PeHeader) Binaries.read(Binaries.pe(0x8664, true, 3, true))).managed())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "0x01000007, 3, 1, darwin/amd64",
        "0x01000007, 8, 1, darwin/amd64/v3",
        "0x0100000c, 0, 1, darwin/arm64",
        "0x0100000c, 0, 2, ios/arm64",
        "0x0100000c, 0, 3, ''",
        "12, 9, 2, ios/arm/v7",
        "7, 3, 1, darwin/386",
        "99, 3, 1, ''",
    })
    void a_program_for_macos_names_its_platform(String cpu, int subtype, int system, String platform) {
        for (boolean big : new boolean[] {false, true}) {
            MachOHeader thin =
                    (MachOHeader) Binaries.read(Binaries.machO(Integer.decode(cpu), subtype, 2, system, big));

            assertThat(thin.platform().map(Platform::toString).orElse("")).isEqualTo(platform);
            assertThat(thin.fat()).isFalse();
            assertThat(thin.slices()).hasSize(1);
            assertThat(thin.slices().get(0).library()).isFalse();
            assertThat(thin.faults()).isEmpty();
        }
    }

    @Test
    void a_fat_file_names_each_platform() {
        for (boolean wide : new boolean[] {false, true}) {
            MachOHeader fat = (MachOHeader) Binaries.read(Binaries.fat(
                    wide,
                    Binaries.machO(0x01000007, 3, 6, 1, false),
                    Binaries.machO(0x0100000c, 0x80000002, 6, 1, false)));

            assertThat(fat.fat()).isTrue();
            assertThat(fat.platforms().stream().map(Platform::toString))
                    .containsExactly("darwin/amd64", "darwin/arm64");
            assertThat(fat.faults()).isEmpty();
            assertThat(fat).hasToString("fat Mach-O library for darwin/amd64, darwin/arm64");
        }
    }

    @Test
    void a_fat_file_of_which_only_the_table_is_known_names_its_platforms_by_it() {
        byte[] whole = Binaries.fat(
                false, Binaries.machO(0x01000007, 3, 2, 1, false), Binaries.machO(0x0100000c, 0, 2, 1, false));
        ExecutableHeader header = ExecutableHeader.of(Arrays.copyOf(whole, 64));

        assertThat(header.platforms().stream().map(Platform::toString)).containsExactly("darwin/amd64", "darwin/arm64");
        assertThat(header.complete()).isFalse();
    }

    @Test
    void a_class_and_a_fat_file_begin_alike_and_are_told_apart() {
        ExecutableHeader header = read("\u00ca\u00fe\u00ba\u00be\0\0\0=");

        assertThat(header).isInstanceOf(ClassFileHeader.class);
        assertThat(((ClassFileHeader) header).javaVersion()).isEqualTo(17);
        assertThat(((ClassFileHeader) header).preview()).isFalse();
        assertThat(header).hasToString("Java class for Java 17");
        assertThat(((ClassFileHeader) read("\u00ca\u00fe\u00ba\u00be\u00ff\u00ff\0E")).preview())
                .isTrue();
    }

    @Test
    void web_assembly_modules_and_components_are_told_apart() {
        assertThat(read("\0asm\1\0\0\0")).hasToString("WebAssembly module of version 1");
        assertThat(read("\0asm\r\0\1\0")).hasToString("WebAssembly component of version 13");
        assertThat(read("\0asm\1").faults()).containsExactly(ExecutableFault.TRUNCATED);
    }

    @Test
    void a_java_archive_names_what_it_starts_wherever_its_manifest_is() throws IOException {
        String manifest = "Manifest-Version: 1.0\r\nMain-Class: org.example.Main\r\n\r\nName: x\r\n";
        byte[] first = Binaries.zip("META-INF/", "", "META-INF/MANIFEST.MF", manifest, "a.txt", "a");
        byte[] last = Binaries.zip("a.txt", "a".repeat(9000), "META-INF/MANIFEST.MF", manifest);
        byte[] none = Binaries.zip("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");

        assertThat(Binaries.read(first)).hasToString("Java archive that starts org.example.Main");
        assertThat(Binaries.read(last)).isEqualTo(Binaries.read(first));
        assertThat(Binaries.read(none)).hasToString("Java archive");
        assertThat(Binaries.read(Binaries.zip("a.txt", "a"))).isEqualTo(new OtherHeader(Form.ZIP));
    }

    @Test
    void bytes_files_and_channels_say_the_same(@TempDir Path folder) throws IOException {
        byte[] elf = new ElfBuilder(64, false, 62)
                .interpreter("/lib64/ld-linux-x86-64.so.2")
                .writable(new byte[20_000])
                .dynamic(1, "libc.so.6")
                .section(".comment", 1, new byte[5])
                .build();
        Path file = Files.write(folder.resolve("program"), elf);

        ExecutableHeader header = ExecutableHeader.of(elf, elf.length);
        assertThat(((ElfHeader) header).needed()).containsExactly("libc.so.6");
        assertThat(ExecutableHeader.of(file)).isEqualTo(header);
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            channel.position(7);
            assertThat(ExecutableHeader.of(channel)).isEqualTo(header);
            assertThat(channel.position()).isEqualTo(7);
        }
    }

    @Test
    void what_is_no_file_is_refused_by_name(@TempDir Path folder) {
        assertThatThrownBy(() -> ExecutableHeader.of(folder))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("is no regular file");
        assertThatThrownBy(() -> ExecutableHeader.of(folder.resolve("none")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("there is no file");
        assertThatThrownBy(() -> ExecutableHeader.of(new byte[3], 2)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void an_interrupt_ends_the_reading_and_keeps_the_flag(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("program"), new ElfBuilder(64, false, 62).build());
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> ExecutableHeader.of(file)).isInstanceOf(CancelledException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void text_in_any_tongue_is_text() {
        byte[] utf8 = "écho «bonjour»\n".getBytes(StandardCharsets.UTF_8);
        byte[] koi8 = "привет\n".getBytes(Charset.forName("KOI8-R"));

        assertThat(ExecutableHeader.of(utf8)).isEqualTo(new OtherHeader(Form.TEXT));
        assertThat(ExecutableHeader.of(koi8)).isEqualTo(new OtherHeader(Form.TEXT));
    }
}
