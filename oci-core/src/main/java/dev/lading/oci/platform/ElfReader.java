package dev.lading.oci.platform;

import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader.FloatAbi;
import dev.lading.oci.platform.ElfHeader.Libc;
import dev.lading.oci.platform.ElfHeader.Linking;
import dev.lading.oci.platform.ElfHeader.Part;
import dev.lading.oci.platform.ElfHeader.Property;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads an ELF file: the header, the program headers and what they point to, and of the sections the two that no program
 * header points to (ARM's attributes, Go's build information). What is missing or does not fit is noted and gone past.
 */
final class ElfReader {
    /** Linux refuses a table of program headers of more than 64 KiB. */
    private static final int MAX_PROGRAM_HEADERS = 64 << 10;
    /** A linked file has some forty sections; only object files have thousands, and they are not looked into. */
    private static final int MAX_SECTIONS = 4096;
    /** Linux refuses a longer path of an interpreter. */
    private static final int MAX_INTERPRETER = 4096;

    private static final int MAX_NOTE_SEGMENTS = 16;
    private static final int MAX_NOTES = 64 << 10;
    private static final int MAX_ATTRIBUTES = 64 << 10;
    private static final int MAX_SECTION_NAMES = 64 << 10;

    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int INTERPRETER = 3;
    private static final int NOTE = 4;
    private static final int PROPERTY = 0x6474e553;
    private static final int WRITABLE = 2;
    private static final int EXECUTABLE = 1;
    private static final int SECTION_WITHOUT_BYTES = 8;
    private static final int ARM_ATTRIBUTES = 0x70000003;
    private static final String GO_SECTION = ".go.buildinfo\0";

    private record Segment(int type, int flags, long offset, long address, long bytes, long align) {}

    private final FileBytes file;
    private final EnumSet<ExecutableFault> faults = EnumSet.noneOf(ExecutableFault.class);
    private final EnumSet<Part> unseen = EnumSet.noneOf(Part.class);
    private final List<Segment> segments = new ArrayList<>();
    private final ElfNotes notes = new ElfNotes();

    private int bits;
    private boolean big;
    private int osAbi;
    private int abiVersion;
    private ElfHeader.Type type = ElfHeader.Type.OTHER;
    private int machine;
    private int flags;
    private Optional<String> interpreter = Optional.empty();
    private Optional<ElfDynamic> dynamic = Optional.empty();
    private ArmAttributes arm = ArmAttributes.NONE;
    private Optional<GoBuild> go = Optional.empty();

    private ElfReader(FileBytes file) {
        this.file = file;
    }

    static ElfHeader read(FileBytes file) throws IOException {
        ElfReader reader = new ElfReader(file);
        reader.header();
        return reader.result();
    }

    /**
     * What of a file tells the variant of its architecture and lies beyond its first page.
     *
     * @param end whether the end is wanted, where ARM's attributes are
     * @param goData where the data begins that holds Go's build information; -1 if the file is not Go's
     */
    record Wanted(boolean end, long goData) {}

    /** Reads first bytes for what else should be seen. */
    static Wanted wanted(FileBytes first) {
        ElfReader reader = new ElfReader(first);
        try {
            reader.header();
        } catch (IOException e) {
            throw new UncheckedIOException("bytes at hand are read without a file", e);
        }
        long goData =
                reader.notes.go() ? reader.firstWritable().map(Segment::offset).orElse(-1L) : -1;
        return new Wanted(reader.executable() && reader.machine == ElfMachine.ARM, goData);
    }

    private void header() throws IOException {
        byte[] header = file.first(64);
        bits = header.length <= 4 ? 0 : header[4] == 1 ? 32 : header[4] == 2 ? 64 : 0;
        int length = bits == 64 ? 64 : 52;
        if (header.length > 5) {
            big = header[5] == 2;
        }
        if (header.length > 8) {
            osAbi = header[7] & 0xff;
            abiVersion = header[8] & 0xff;
        }
        if (header.length >= 20) {
            type = switch (Numbers.u16(header, 16, big)) {
                case 1 -> ElfHeader.Type.RELOCATABLE;
                case 2 -> ElfHeader.Type.EXECUTABLE;
                case 3 -> ElfHeader.Type.SHARED;
                case 4 -> ElfHeader.Type.CORE;
                default -> ElfHeader.Type.OTHER;
            };
            machine = Numbers.u16(header, 18, big);
        }
        if (header.length < length) {
            // The file may go on where only a few bytes of it were given.
            if (file.size() != FileBytes.UNKNOWN_SIZE && file.size() < length) {
                faults.add(ExecutableFault.TRUNCATED);
            } else {
                unseen.addAll(EnumSet.allOf(Part.class));
                if (header.length >= 20) {
                    unseen.remove(Part.HEADER);
                }
            }
            return;
        }
        if (bits == 0 || header[5] != 1 && header[5] != 2) {
            faults.add(ExecutableFault.MALFORMED);
            return;
        }
        boolean wide = bits == 64;
        flags = Numbers.i32(header, wide ? 48 : 36, big);
        if (executable()) {
            int entry = Numbers.u16(header, wide ? 54 : 42, big);
            int count = Numbers.u16(header, wide ? 56 : 44, big);
            if (programHeaders(word(header, wide ? 32 : 28), entry, count)) {
                segments();
            }
            sections(
                    word(header, wide ? 40 : 32),
                    Numbers.u16(header, wide ? 58 : 46, big),
                    Numbers.u16(header, wide ? 60 : 48, big),
                    Numbers.u16(header, wide ? 62 : 50, big));
        }
    }

    private boolean executable() {
        return type == ElfHeader.Type.EXECUTABLE || type == ElfHeader.Type.SHARED;
    }

    private long word(byte[] bytes, int at) {
        return bits == 64 ? Numbers.i64(bytes, at, big) : Numbers.u32(bytes, at, big);
    }

    private void missing(MissingBytesException e, Part part) {
        if (e.isBeyond()) {
            faults.add(ExecutableFault.TRUNCATED);
        } else {
            unseen.add(part);
        }
    }

    private boolean programHeaders(long offset, int entry, int count) throws IOException {
        boolean wide = bits == 64;
        if (count == 0 || entry != (wide ? 56 : 32) || count * entry > MAX_PROGRAM_HEADERS) {
            faults.add(ExecutableFault.MALFORMED);
            return false;
        }
        byte[] table;
        try {
            table = file.at(offset, count * entry);
        } catch (MissingBytesException e) {
            missing(e, Part.PROGRAM_HEADERS);
            if (!e.isBeyond()) {
                unseen.addAll(EnumSet.of(Part.INTERPRETER, Part.DYNAMIC, Part.NOTES, Part.GO));
            }
            return false;
        }
        for (int at = 0; at < table.length; at += entry) {
            Segment segment = new Segment(
                    Numbers.i32(table, at, big),
                    Numbers.i32(table, at + (wide ? 4 : 24), big),
                    word(table, at + (wide ? 8 : 4)),
                    word(table, at + (wide ? 16 : 8)),
                    word(table, at + (wide ? 32 : 16)),
                    word(table, at + (wide ? 48 : 28)));
            segments.add(segment);
            if (segment.type() == LOAD && file.endsBefore(segment.offset(), segment.bytes())) {
                faults.add(ExecutableFault.TRUNCATED);
            }
        }
        return true;
    }

    private void segments() throws IOException {
        int noteSegments = 0;
        for (Segment segment : segments) {
            if (segment.type() == INTERPRETER && interpreter.isEmpty()) {
                interpreter(segment);
            } else if (segment.type() == DYNAMIC && dynamic.isEmpty()) {
                try {
                    dynamic = Optional.of(
                            ElfDynamic.read(file, segment.offset(), segment.bytes(), bits / 8, big, this::offsetOf));
                } catch (MissingBytesException e) {
                    missing(e, Part.DYNAMIC);
                }
            } else if ((segment.type() == NOTE || segment.type() == PROPERTY) && noteSegments++ < MAX_NOTE_SEGMENTS) {
                try {
                    byte[] bytes = file.at(segment.offset(), (int) Math.min(unsigned(segment.bytes()), MAX_NOTES));
                    notes.read(bytes, segment.align() == 8 ? 8 : 4, machine, bits, big);
                } catch (MissingBytesException e) {
                    missing(e, Part.NOTES);
                }
            }
        }
    }

    private static long unsigned(long bytes) {
        return bytes < 0 ? Long.MAX_VALUE : bytes;
    }

    private void interpreter(Segment segment) throws IOException {
        long length = segment.bytes();
        if (length < 2 || length > MAX_INTERPRETER) {
            faults.add(ExecutableFault.MALFORMED);
            return;
        }
        try {
            byte[] path = file.at(segment.offset(), (int) length);
            if (path[path.length - 1] != 0) {
                faults.add(ExecutableFault.MALFORMED);
                return;
            }
            int end = 0;
            while (path[end] != 0) {
                end++;
            }
            interpreter = Optional.of(new String(path, 0, end, StandardCharsets.UTF_8));
        } catch (MissingBytesException e) {
            missing(e, Part.INTERPRETER);
        }
    }

    /** The offset of an address by the segments that are loaded, or -1. */
    private long offsetOf(long address) {
        for (Segment segment : segments) {
            if (segment.type() == LOAD) {
                long within = address - segment.address();
                if (within >= 0 && within < segment.bytes()) {
                    return segment.offset() + within;
                }
            }
        }
        return -1;
    }

    private void sections(long offset, int entry, int count, int namesIndex) throws IOException {
        boolean wantsAttributes = machine == ElfMachine.ARM;
        boolean named = false;
        try {
            // A file without sections is odd and runs all the same.
            if (count > 0 && count <= MAX_SECTIONS && entry == (bits == 64 ? 64 : 40)) {
                byte[] table = file.at(offset, count * entry);
                if (wantsAttributes) {
                    attributes(table, entry);
                }
                named = namesIndex < count && goSection(table, entry, namesIndex);
            }
        } catch (MissingBytesException e) {
            if (!e.isBeyond() && wantsAttributes) {
                unseen.add(Part.ATTRIBUTES);
            }
        }
        if (!named) {
            goSegment();
        }
    }

    private void attributes(byte[] table, int entry) throws IOException, MissingBytesException {
        for (int at = 0; at < table.length; at += entry) {
            if (Numbers.i32(table, at + 4, big) == ARM_ATTRIBUTES) {
                long length = Math.min(unsigned(sectionBytes(table, at)), MAX_ATTRIBUTES);
                arm = ArmAttributes.read(file.at(sectionOffset(table, at), (int) length), big);
                return;
            }
        }
    }

    private long sectionOffset(byte[] table, int at) {
        return word(table, at + (bits == 64 ? 24 : 16));
    }

    private long sectionBytes(byte[] table, int at) {
        return word(table, at + (bits == 64 ? 32 : 20));
    }

    /** Whether the sections have names, so that Go's section is found if it is there. */
    private boolean goSection(byte[] table, int entry, int namesIndex) throws IOException {
        int names = namesIndex * entry;
        byte[] texts;
        try {
            texts = file.at(sectionOffset(table, names), (int)
                    Math.min(unsigned(sectionBytes(table, names)), MAX_SECTION_NAMES));
        } catch (MissingBytesException e) {
            return false;
        }
        for (int at = 0; at < table.length; at += entry) {
            long name = Numbers.u32(table, at, big);
            if (name < texts.length
                    && Numbers.says(texts, (int) name, GO_SECTION)
                    && Numbers.i32(table, at + 4, big) != SECTION_WITHOUT_BYTES) {
                searchGo(sectionOffset(table, at), sectionBytes(table, at));
                return true;
            }
        }
        return texts.length > 1;
    }

    // Without section names it is where Go's linker puts it: at the start of the first data that may be written.
    private void goSegment() throws IOException {
        Optional<Segment> data = firstWritable();
        if (data.isPresent()) {
            searchGo(data.get().offset(), data.get().bytes());
        }
    }

    private Optional<Segment> firstWritable() {
        return segments.stream()
                .filter(s -> s.type() == LOAD && (s.flags() & (WRITABLE | EXECUTABLE)) == WRITABLE)
                .findFirst();
    }

    private void searchGo(long offset, long bytes) throws IOException {
        try {
            go = GoReader.search(file, offset, (int) Math.min(unsigned(bytes), Integer.MAX_VALUE), this::offsetOf);
        } catch (MissingBytesException e) {
            if (!e.isBeyond()) {
                unseen.add(Part.GO);
            }
        }
    }

    private ElfHeader result() {
        Set<Property> properties = notes.properties();
        boolean malformed = faults.contains(ExecutableFault.MALFORMED) && bits == 0;
        Optional<String> architecture =
                malformed ? Optional.empty() : ElfMachine.architecture(machine, bits, big, flags);
        Optional<Platform> platform = architecture.map(a -> {
            String os = os();
            return variant(a).map(v -> Platform.of(os, a, v)).orElseGet(() -> Platform.of(os, a));
        });
        return new ElfHeader(
                bits,
                big,
                osAbi,
                abiVersion,
                type,
                machine,
                flags,
                platform.stream().toList(),
                malformed ? Optional.empty() : ElfMachine.abi(machine, bits, big, flags),
                floatAbi(),
                linking(),
                interpreter,
                dynamic.map(ElfDynamic::needed).orElse(List.of()),
                dynamic.map(ElfDynamic::runPath).orElse(List.of()),
                dynamic.flatMap(ElfDynamic::soName),
                libc(),
                properties,
                go,
                faults,
                unseen);
    }

    private Optional<Linking> linking() {
        if (!executable() || segments.isEmpty()) {
            return Optional.empty();
        }
        if (has(INTERPRETER)) {
            return Optional.of(Linking.DYNAMIC);
        }
        if (type == ElfHeader.Type.EXECUTABLE) {
            return Optional.of(Linking.STATIC);
        }
        if (!has(DYNAMIC)) {
            return Optional.of(Linking.STATIC_PIE);
        }
        return dynamic.map(d -> d.program() ? Linking.STATIC_PIE : Linking.LIBRARY);
    }

    private boolean has(int segmentType) {
        return segments.stream().anyMatch(segment -> segment.type() == segmentType);
    }

    /** What the code needs of its architecture, as far as the file says: the newer of what C's and Go's linkers say. */
    private Optional<String> variant(String architecture) {
        Optional<String> byGo = go.flatMap(GoBuild::platform)
                .filter(p -> p.architecture().equals(architecture))
                .flatMap(Platform::variant);
        Optional<String> byOther = switch (architecture) {
            case "arm", "armbe" -> arm.variant();
            case "amd64" -> level();
            default -> Optional.empty();
        };
        // One digit after the letter, so that the newer is the greater text.
        return Stream.concat(byGo.stream(), byOther.stream()).max(Comparator.naturalOrder());
    }

    private Optional<String> level() {
        Set<Property> needed = notes.properties();
        if (needed.contains(Property.X86_64_V4)) {
            return Optional.of("v4");
        } else if (needed.contains(Property.X86_64_V3)) {
            return Optional.of("v3");
        }
        return needed.contains(Property.X86_64_V2) ? Optional.of("v2") : Optional.empty();
    }

    private Optional<FloatAbi> floatAbi() {
        return ElfMachine.floatAbi(machine, flags)
                .or(arm::floatAbi)
                .or(() -> go.flatMap(GoBuild::softFloat).map(soft -> soft ? FloatAbi.SOFT : FloatAbi.HARD));
    }

    private String os() {
        Optional<String> byGo =
                go.map(g -> g.settings().getOrDefault("GOOS", "")).filter(os -> !os.isEmpty());
        return byGo.or(notes::os).or(this::osByLoader).orElseGet(() -> switch (osAbi) {
            case 2 -> "netbsd";
            case 6 -> "solaris";
            case 7 -> "aix";
            case 9 -> "freebsd";
            case 12 -> "openbsd";
            default -> "linux";
        });
    }

    private Optional<String> osByLoader() {
        return interpreter.flatMap(path -> switch (path) {
            case "/libexec/ld-elf.so.1" -> Optional.of("freebsd");
            case "/usr/libexec/ld.elf_so", "/libexec/ld.elf_so" -> Optional.of("netbsd");
            case "/usr/libexec/ld.so" -> Optional.of("openbsd");
            case "/libexec/ld-elf.so.2", "/usr/libexec/ld-elf.so.2" -> Optional.of("dragonfly");
            case "/system/bin/linker", "/system/bin/linker64" -> Optional.of("android");
            default -> Optional.empty();
        });
    }

    private Optional<Libc> libc() {
        String loader = interpreter
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .orElse("");
        if (loader.startsWith("ld-musl-")) {
            return Optional.of(Libc.MUSL);
        } else if (loader.contains("uClibc")) {
            return Optional.of(Libc.UCLIBC);
        } else if (loader.equals("linker") || loader.equals("linker64")) {
            return Optional.of(Libc.BIONIC);
        }
        List<String> needed = dynamic.map(ElfDynamic::needed).orElse(List.of());
        if (needed.stream().anyMatch(name -> name.startsWith("libc.musl-"))) {
            return Optional.of(Libc.MUSL);
        }
        // GNU's C library tags what is linked with its start files; others and Go leave the tag out.
        boolean gnu = notes.gnu()
                || loader.startsWith("ld-linux")
                || loader.matches("ld64\\.so\\.[12]")
                || needed.contains("libc.so.6")
                || needed.contains("libc.so.6.1");
        return gnu ? Optional.of(Libc.GLIBC) : Optional.empty();
    }
}
