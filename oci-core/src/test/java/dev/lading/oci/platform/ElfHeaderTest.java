package dev.lading.oci.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader.FloatAbi;
import dev.lading.oci.platform.ElfHeader.Libc;
import dev.lading.oci.platform.ElfHeader.Linking;
import dev.lading.oci.platform.ElfHeader.Part;
import dev.lading.oci.platform.ElfHeader.Property;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfHeaderTest {
    private static final int NEEDED = 1;
    private static final int SO_NAME = 14;
    private static final int RPATH = 15;
    private static final int DEBUG = 21;
    private static final int RUNPATH = 29;
    private static final int FLAGS_1 = 0x6ffffffb;
    private static final int PIE = 0x08000000;

    private static ElfHeader read(byte[] file) {
        return (ElfHeader) ExecutableHeader.of(file, file.length);
    }

    private static ElfHeader read(ElfBuilder builder) {
        return read(builder.build());
    }

    @ParameterizedTest
    @CsvSource({
        "64, false, 62, 0x0, linux/amd64, ''",
        "32, false, 62, 0x0, linux/amd64p32, x32",
        "32, false, 3, 0x0, linux/386, ''",
        "64, false, 183, 0x0, linux/arm64, ''",
        "64, true, 183, 0x0, linux/arm64be, ''",
        "32, false, 40, 0x05000400, linux/arm, eabi5",
        "32, true, 40, 0x05000200, linux/armbe, eabi5",
        "32, false, 40, 0x0, linux/arm, oabi",
        "64, false, 243, 0x5, linux/riscv64, lp64d",
        "64, false, 243, 0x1, linux/riscv64, lp64",
        "64, false, 243, 0x3, linux/riscv64, lp64f",
        "32, false, 243, 0x8, linux/riscv, ilp32e",
        "64, false, 21, 0x2, linux/ppc64le, elfv2",
        "64, false, 21, 0x0, linux/ppc64le, elfv2",
        "64, true, 21, 0x1, linux/ppc64, elfv1",
        "64, true, 21, 0x2, linux/ppc64, elfv2",
        "64, true, 21, 0x0, linux/ppc64, elfv1",
        "32, true, 20, 0x0, linux/ppc, ''",
        "64, true, 22, 0x0, linux/s390x, ''",
        "32, true, 22, 0x0, linux/s390, ''",
        "64, false, 8, 0x80000000, linux/mips64le, n64",
        "64, true, 8, 0x60000000, linux/mips64, n64",
        "32, false, 8, 0x70001007, linux/mipsle, o32",
        "32, true, 8, 0x50001007, linux/mips, o32",
        "32, false, 8, 0x60000020, linux/mips64p32le, n32",
        "32, true, 8, 0x60000020, linux/mips64p32, n32",
        "64, false, 258, 0x43, linux/loong64, lp64d",
        "64, false, 258, 0x41, linux/loong64, lp64s",
        "64, true, 43, 0x0, linux/sparc64, ''",
        "32, true, 2, 0x0, linux/sparc, ''",
    })
    void machine_class_byte_order_and_flags_name_the_platform(
            int bits, boolean big, int machine, String flags, String platform, String abi) {
        ElfHeader elf =
                read(new ElfBuilder(bits, big, machine).flags(Long.decode(flags).intValue()));

        assertThat(elf.platform()).map(Platform::toString).contains(platform);
        assertThat(elf.abi().orElse("")).isEqualTo(abi);
        assertThat(elf.bits()).isEqualTo(bits);
        assertThat(elf.bigEndian()).isEqualTo(big);
        assertThat(elf.machine()).isEqualTo(machine);
        assertThat(elf.flags()).isEqualTo(Long.decode(flags).intValue());
        assertThat(elf.linking()).contains(Linking.STATIC);
        assertThat(elf.faults()).isEmpty();
        assertThat(elf.complete()).isTrue();
        assertThat(elf).hasToString(elf.toString()).asString().startsWith("ELF program for " + platform);
    }

    @Test
    void machines_without_a_platform_are_named_for_people() {
        assertThat(read(new ElfBuilder(32, true, 4)).toString())
                .startsWith("ELF program for m68k, which has no platform");
        assertThat(read(new ElfBuilder(64, false, 9999)).toString())
                .startsWith("ELF program for the unknown machine 9999");
        assertThat(read(new ElfBuilder(32, false, 258)).platform()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2, v5", "4, v5", "5, v5", "6, v6", "7, v6", "8, v6", "9, v6", "10, v7", "13, v7", "14, v8", "22, v8",
    })
    void attributes_tell_the_variant_of_arm(int architecture, String variant) {
        ElfBuilder builder = new ElfBuilder(32, false, 40).flags(0x05000000);
        ElfHeader elf =
                read(builder.section(".ARM.attributes", 0x70000003, builder.armAttributes(6, architecture, 28, 1)));

        assertThat(elf.platform()).contains(Platform.of("linux", "arm", variant));
        assertThat(elf.floatAbi()).contains(FloatAbi.HARD);
    }

    @Test
    void attributes_go_past_names_and_unknown_tags() {
        ElfBuilder builder = new ElfBuilder(32, false, 40).flags(0x05000000);
        // 5 a name, 67 a text by its odd number, 70 a number by its even one, 32 a number and a text.
        int[] tags = {5, 'x', 0, 67, '2', '.', '0', '9', 0, 70, 1, 32, 1, 'g', 0, 6, 6, 28, 0};
        ElfHeader elf = read(builder.section(".ARM.attributes", 0x70000003, builder.armAttributes(tags)));

        assertThat(elf.platform()).contains(Platform.LINUX_ARM_V6);
        assertThat(elf.floatAbi()).contains(FloatAbi.SOFT);
    }

    @Test
    void without_attributes_the_flags_tell_the_float_convention_and_no_variant() {
        ElfHeader hard = read(new ElfBuilder(32, false, 40).flags(0x05000400));
        ElfHeader soft = read(new ElfBuilder(32, false, 40).flags(0x05000200));

        assertThat(hard.floatAbi()).contains(FloatAbi.HARD);
        assertThat(soft.floatAbi()).contains(FloatAbi.SOFT);
        assertThat(hard.platform()).contains(Platform.of("linux", "arm"));
    }

    @ParameterizedTest
    @CsvSource({"1, ''", "3, v2", "7, v3", "15, v4", "4, v3"})
    void the_property_note_tells_the_level_of_amd64(int bits, String variant) {
        ElfHeader elf = read(new ElfBuilder(64, false, 62).properties(0xc0000002, 3, 0xc0008002, bits));

        assertThat(elf.platform().flatMap(Platform::variant).orElse("")).isEqualTo(variant);
        assertThat(elf.properties()).contains(Property.IBT, Property.SHADOW_STACK);
    }

    @Test
    void the_property_note_tells_branch_protection_of_arm64() {
        ElfHeader elf = read(new ElfBuilder(64, false, 183).properties(0xc0000000, 7));

        assertThat(elf.properties()).containsExactly(Property.BTI, Property.PAC, Property.GUARDED_STACK);
        assertThat(elf.toString()).endsWith("marked BTI PAC GUARDED-STACK");
    }

    @Test
    void a_dynamic_program_names_its_loader_its_libraries_and_where_to_look() {
        for (int bits : new int[] {32, 64}) {
            for (boolean big : new boolean[] {false, true}) {
                ElfHeader elf = read(new ElfBuilder(bits, big, 8)
                        .type(3)
                        .interpreter("/lib/ld.so.1")
                        .dynamic(NEEDED, "libm.so.6")
                        .dynamic(NEEDED, "libc.so.6")
                        .dynamic(RPATH, "/old")
                        .dynamic(RUNPATH, "$ORIGIN/../lib:/opt/lib")
                        .dynamic(DEBUG, 0));

                assertThat(elf.linking()).contains(Linking.DYNAMIC);
                assertThat(elf.interpreter()).contains("/lib/ld.so.1");
                assertThat(elf.needed()).containsExactly("libm.so.6", "libc.so.6");
                assertThat(elf.runPath()).containsExactly("$ORIGIN/../lib", "/opt/lib");
                assertThat(elf.libc()).contains(Libc.GLIBC);
                assertThat(elf.program()).isTrue();
                assertThat(elf.standalone()).contains(false);
                assertThat(elf.faults()).isEmpty();
            }
        }
    }

    @Test
    void libraries_and_static_programs_at_any_address_are_told_apart() {
        ElfHeader library = read(new ElfBuilder(64, false, 62).type(3).dynamic(SO_NAME, "libx.so.1"));
        ElfHeader marked = read(new ElfBuilder(64, false, 62).type(3).dynamic(FLAGS_1, PIE));
        ElfHeader old = read(new ElfBuilder(64, false, 62).type(3).dynamic(DEBUG, 0));

        assertThat(library.linking()).contains(Linking.LIBRARY);
        assertThat(library.soName()).contains("libx.so.1");
        assertThat(library.program()).isFalse();
        assertThat(library.executable()).isTrue();
        assertThat(marked.linking()).contains(Linking.STATIC_PIE);
        assertThat(marked.standalone()).contains(true);
        assertThat(old.linking()).contains(Linking.STATIC_PIE);
    }

    @ParameterizedTest
    @CsvSource({
        "/lib/ld-musl-x86_64.so.1, musl",
        "/lib64/ld-linux-x86-64.so.2, glibc",
        "/lib64/ld64.so.2, glibc",
        "/lib/ld64-uClibc.so.1, uClibc",
        "/system/bin/linker64, bionic",
        "/lib/something-else, ''",
    })
    void the_loader_names_the_c_library(String loader, String libc) {
        ElfHeader elf = read(new ElfBuilder(64, false, 62).interpreter(loader));

        assertThat(elf.libc().map(Libc::toString).orElse("")).isEqualTo(libc);
    }

    @Test
    void a_static_program_of_glibc_is_known_by_its_note() {
        ElfBuilder builder = new ElfBuilder(64, false, 62);
        byte[] tag = ElfBuilder.bytes(builder.buffer(16).putInt(0).putInt(3).putInt(2));

        assertThat(read(builder.note("GNU", 1, tag)).libc()).contains(Libc.GLIBC);
        assertThat(read(new ElfBuilder(64, false, 62)).libc()).isEmpty();
    }

    @Test
    void other_systems_are_known_by_abi_number_note_and_loader() {
        assertThat(os(new ElfBuilder(64, false, 62).osAbi(9))).isEqualTo("freebsd");
        assertThat(os(new ElfBuilder(64, false, 62).note("NetBSD", 1, new byte[4])))
                .isEqualTo("netbsd");
        assertThat(os(new ElfBuilder(64, false, 62).note("OpenBSD", 1, new byte[4])))
                .isEqualTo("openbsd");
        assertThat(os(new ElfBuilder(64, false, 62).note("Android", 1, new byte[4])))
                .isEqualTo("android");
        assertThat(os(new ElfBuilder(64, false, 62).interpreter("/usr/libexec/ld.so")))
                .isEqualTo("openbsd");
        assertThat(os(new ElfBuilder(64, false, 62).osAbi(3))).isEqualTo("linux");
    }

    private static String os(ElfBuilder builder) {
        return read(builder).platform().orElseThrow().os();
    }

    @ParameterizedTest
    @CsvSource({
        "40, 32, GOARCH=arm, GOARM=6, linux/arm/v6",
        "40, 32, GOARCH=arm, 'GOARM=7,softfloat', linux/arm/v7",
        "62, 64, GOARCH=amd64, GOAMD64=v3, linux/amd64/v3",
        "62, 64, GOARCH=amd64, GOAMD64=v1, linux/amd64",
        "183, 64, GOARCH=arm64, 'GOARM64=v8.1,lse', linux/arm64/v8.1",
        "183, 64, GOARCH=arm64, GOARM64=v8.0, linux/arm64",
        "183, 64, GOARCH=arm64, GOARM64=v9.0, linux/arm64/v9",
    })
    void gos_build_information_tells_the_variant(
            int machine, int bits, String architecture, String setting, String platform) {
        byte[] info = ElfBuilder.goInline(
                "go1.22.3",
                "path\texample.org/tool\nmod\texample.org/tool\t(devel)\nbuild\t" + architecture
                        + "\nbuild\tGOOS=linux\nbuild\t" + setting + "\n");
        ElfHeader bySection = read(new ElfBuilder(bits, false, machine).section(".go.buildinfo", 1, info));
        ElfHeader bySegment = read(new ElfBuilder(bits, false, machine).writable(info));

        assertThat(bySegment.go()).isEqualTo(bySection.go());
        assertThat(bySection.platform()).map(Platform::toString).contains(platform);
        GoBuild go = bySection.go().orElseThrow();
        assertThat(go.version()).isEqualTo("go1.22.3");
        assertThat(go.path()).contains("example.org/tool");
        assertThat(go.platform()).map(Platform::toString).contains(platform);
    }

    @ParameterizedTest
    @CsvSource({"6, 7, v7", "10, 5, v7"})
    void the_newer_of_what_attributes_and_go_ask_for_is_needed(int attribute, int go, String variant) {
        ElfBuilder builder = new ElfBuilder(32, false, 40);
        ElfHeader elf = read(builder.section(".ARM.attributes", 0x70000003, builder.armAttributes(6, attribute))
                .section(
                        ".go.buildinfo",
                        1,
                        ElfBuilder.goInline(
                                "go1.20", "build\tGOOS=linux\nbuild\tGOARCH=arm\nbuild\tGOARM=" + go + "\n")));

        assertThat(elf.platform()).contains(Platform.of("linux", "arm", variant));
    }

    @Test
    void old_go_programs_tell_their_version_by_address() {
        // The segment stands after one header, three program headers and their padding.
        int at = 64 + 2 * 56;
        int start = (at + 15) / 16 * 16;
        ByteBuffer info = new ElfBuilder(64, false, 62).buffer(80);
        info.put("\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1))
                .put((byte) 8)
                .put((byte) 0);
        info.putLong(ElfBuilder.BASE + start + 32).putLong(ElfBuilder.BASE + start + 48);
        info.putLong(ElfBuilder.BASE + start + 64).putLong(6).putLong(0).putLong(0);
        info.put("go1.13".getBytes(StandardCharsets.US_ASCII));
        ElfHeader elf = read(new ElfBuilder(64, false, 62).writable(ElfBuilder.bytes(info)));

        assertThat(elf.go().map(GoBuild::version)).contains("go1.13");
        assertThat(elf.go().orElseThrow().settings()).isEmpty();
    }

    @Test
    void a_file_that_was_cut_says_so() {
        byte[] whole = new ElfBuilder(64, false, 62)
                .interpreter("/lib64/ld-linux-x86-64.so.2")
                .dynamic(NEEDED, "libc.so.6")
                .build();
        for (int length = 4; length < whole.length; length++) {
            ElfHeader elf = read(Arrays.copyOf(whole, length));
            assertThat(elf.faults()).as("%s of %s bytes", length, whole.length).contains(ExecutableFault.TRUNCATED);
            assertThat(elf.complete()).isTrue();
        }
        assertThat(read(whole).faults()).isEmpty();
    }

    @Test
    void first_bytes_of_a_longer_file_say_what_was_not_seen_and_nothing_wrong() {
        ElfBuilder builder = new ElfBuilder(64, false, 183).interpreter("/lib/ld-linux-aarch64.so.1");
        byte[] whole = builder.writable(new byte[100])
                .dynamic(NEEDED, "libc.so.6")
                .section(".comment", 1, new byte[10])
                .build();
        for (int length = 4; length < whole.length; length++) {
            ElfHeader unsized = (ElfHeader) ExecutableHeader.of(Arrays.copyOf(whole, length));
            ElfHeader sized = (ElfHeader) ExecutableHeader.of(Arrays.copyOf(whole, length), whole.length);
            assertThat(unsized.faults()).as("%s bytes", length).isEmpty();
            assertThat(sized.faults()).as("%s bytes", length).isEmpty();
            if (length < 300) {
                assertThat(sized.complete()).isFalse();
            }
        }
        ElfHeader first = (ElfHeader) ExecutableHeader.of(Arrays.copyOf(whole, 20));
        assertThat(first.platform()).contains(Platform.LINUX_ARM64);
        assertThat(first.linking()).isEmpty();
        assertThat(first.standalone()).isEmpty();
        assertThat(first.unseen())
                .contains(Part.PROGRAM_HEADERS, Part.INTERPRETER)
                .doesNotContain(Part.HEADER);
    }

    @Test
    void offsets_that_lead_out_of_the_file_are_not_followed() {
        byte[] file = new ElfBuilder(64, false, 62)
                .interpreter("/lib/ld.so")
                .dynamic(NEEDED, "libc.so.6")
                .build();
        for (long offset : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, file.length, file.length - 1, 1L << 40}) {
            byte[] copy = file.clone();
            // The program headers' place.
            ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(32, offset);
            assertThat(read(copy).faults()).contains(ExecutableFault.TRUNCATED);
            copy = file.clone();
            // The place of the second segment, the interpreter.
            ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(64 + 56 + 8, offset);
            assertThat(read(copy).faults()).contains(ExecutableFault.TRUNCATED);
            assertThat(read(copy).interpreter()).isEmpty();
            assertThat(read(copy).linking()).contains(Linking.DYNAMIC);
        }
    }

    @Test
    void a_class_or_byte_order_that_does_not_exist_is_malformed() {
        byte[] file = new ElfBuilder(64, false, 62).build();
        for (int at : new int[] {4, 5}) {
            byte[] copy = file.clone();
            copy[at] = 7;
            assertThat(read(copy).faults()).contains(ExecutableFault.MALFORMED);
        }
    }

    @Test
    void an_interpreter_without_end_is_malformed_and_none() {
        ElfHeader elf = read(new ElfBuilder(64, false, 62).segment(3, new byte[] {'/', 'l', 'd'}));

        assertThat(elf.faults()).containsExactly(ExecutableFault.MALFORMED);
        assertThat(elf.interpreter()).isEmpty();
    }

    @Test
    void object_files_are_no_programs() {
        ElfHeader elf = read(new ElfBuilder(64, false, 62).type(1));

        assertThat(elf.executable()).isFalse();
        assertThat(elf.program()).isFalse();
        assertThat(elf.type()).isEqualTo(ElfHeader.Type.RELOCATABLE);
        assertThat(elf.toString()).startsWith("ELF object file for linux/amd64");
    }

    @Test
    void text_out_of_a_file_is_shown_without_control_characters() {
        ElfHeader elf = read(new ElfBuilder(64, false, 62).interpreter("/lib/\u001b[2Jld"));

        assertThat(elf.toString()).contains("/lib/\\u001b[2Jld");
        assertThat(elf.interpreter()).contains("/lib/\u001b[2Jld");
    }
}
