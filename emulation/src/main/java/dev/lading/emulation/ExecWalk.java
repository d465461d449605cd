package dev.lading.emulation;

import dev.lading.emulation.ExecDiagnosis.Errno;
import dev.lading.oci.CancelledException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableFault;
import dev.lading.oci.platform.ExecutableHeader;
import dev.lading.oci.platform.MachOHeader;
import dev.lading.oci.platform.OtherHeader;
import dev.lading.oci.platform.PeHeader;
import dev.lading.oci.platform.ScriptHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Goes the kernel's way from a command to the program that the processor will run (fs/exec.c): find the file, look whether it
 * may be started, ask the handlers, the newest first, then take it for a script or an ELF program; an interpreter is a file to
 * begin with again.
 */
final class ExecWalk {
    /** How many interpreters may stand behind each other. */
    private static final int MAX_DEPTH = 5;

    private static final int WINDOW_BYTES = 256;
    private static final int EXECUTE_BITS = 0111;
    private static final int SETUID_BIT = 04000;
    /** Debian's QEMU takes the flag P for given where its name ends so. */
    private static final String NAME_WITH_P = "-binfmt-P";

    private final RootPaths paths;
    private final boolean hostItself;
    private final String workingDirectory;
    private final HostExecution host;

    ExecWalk(Path root, String workingDirectory, HostExecution host) {
        Path absolute = root.toAbsolutePath().normalize();
        this.paths = new RootPaths(absolute);
        this.hostItself = absolute.equals(absolute.getRoot());
        this.workingDirectory = workingDirectory;
        this.host = host;
    }

    // ---- finding ----

    ExecDiagnosis command(String name, String searchPath) {
        if (name.contains("/")) {
            return look(name, List.of());
        }
        List<String> folders = Stream.of(searchPath.split(":", -1))
                .map(folder -> folder.isEmpty() ? "." : folder)
                .toList();
        Optional<ExecDiagnosis> refused = Optional.empty();
        for (String folder : folders) {
            RootPaths.Place place = paths.follow(folder + "/" + name, workingDirectory);
            if (place.found()) {
                ExecDiagnosis found = look(folder + "/" + name, List.of());
                if (found.errno().filter(errno -> errno == Errno.EACCES).isEmpty()) {
                    return found;
                }
                refused = refused.or(() -> Optional.of(found));
            } else if (refused.isEmpty() && place.broken().isPresent()) {
                refused = Optional.of(
                        new ExecDiagnosis.NotFound(folder + "/" + name, List.of(), place.broken(), place.errno()));
            }
        }
        return refused.orElseGet(
                () -> new ExecDiagnosis.NotFound(name, folders, Optional.empty(), Optional.of(Errno.ENOENT)));
    }

    /**
     * Looks at one file.
     *
     * @param name the path as it is written
     * @param before the files whose interpreter this is, in their order
     */
    private ExecDiagnosis look(String name, List<String> before) {
        RootPaths.Place place = paths.follow(name, workingDirectory);
        if (!place.found()) {
            return before.isEmpty()
                    ? new ExecDiagnosis.NotFound(name, List.of(), place.broken(), place.errno())
                    : new ExecDiagnosis.InterpreterMissing(before.get(before.size() - 1), name);
        }
        Path file = place.host();
        boolean regular = Files.isRegularFile(file);
        if (!regular || (mode(file) & EXECUTE_BITS) == 0) {
            return new ExecDiagnosis.NotExecutable(name, regular);
        }
        Optional<Path> noexec = Mounts.of(file).filter(Mounts.Mount::noexec).map(Mounts.Mount::point);
        if (noexec.isPresent()) {
            return new ExecDiagnosis.NoexecMount(name, noexec.get());
        }
        if (before.size() > MAX_DEPTH) {
            return new ExecDiagnosis.ShebangTooDeep(before.get(0), with(before, name));
        }
        byte[] first = first(file);
        Optional<BinfmtHandler> handler = host.handlers().stream()
                .filter(there -> there.enabled() && there.takes(baseName(name), first))
                .findFirst();
        ExecutableHeader header = ExecutableHeader.of(file);
        return handler.isPresent()
                ? byHandler(name, file, header, first, handler.get())
                : byKernel(name, header, first, before);
    }

    private ExecDiagnosis byKernel(String name, ExecutableHeader header, byte[] first, List<String> before) {
        if (header instanceof ScriptHeader script) {
            return script(name, script, before);
        }
        if (header instanceof ElfHeader elf) {
            return elf(name, elf, first);
        }
        Optional<ExecutableFault> fault = header.faults().stream().findFirst();
        if (fault.isPresent() && header instanceof OtherHeader) {
            return new ExecDiagnosis.Faulty(name, header.toString(), fault.get(), Optional.of(Errno.ENOEXEC));
        }
        boolean foreign = header instanceof PeHeader
                || header instanceof MachOHeader
                || header instanceof OtherHeader other && other.form() == OtherHeader.Form.DOS;
        return foreign
                ? new ExecDiagnosis.ForeignSystem(name, header.toString())
                : new ExecDiagnosis.NotAProgram(name, words(header), Optional.of(Errno.ENOEXEC));
    }

    private static String words(ExecutableHeader header) {
        return switch (header.kind()) {
            case JAR, JAVA_CLASS -> "it is Java's (" + header + ")";
            default -> withArticle(header);
        };
    }

    private static String withArticle(ExecutableHeader header) {
        String what = header.toString();
        return (what.startsWith("ELF") ? "it is an " : "it is a ") + what;
    }

    // ---- scripts ----

    private ExecDiagnosis script(String name, ScriptHeader script, List<String> before) {
        Set<ExecutableFault> faults = script.faults();
        for (ExecutableFault fault : faults) {
            if (fault == ExecutableFault.BYTE_ORDER_MARK
                    || fault == ExecutableFault.SPACE_BEFORE
                    || fault == ExecutableFault.NO_INTERPRETER
                    || fault == ExecutableFault.LINE_TOO_LONG) {
                return faulty(name, script, fault, Optional.of(Errno.ENOEXEC));
            }
        }
        String interpreter = script.interpreter().orElse("");
        boolean there = paths.follow(interpreter, workingDirectory).found();
        if (faults.contains(ExecutableFault.CARRIAGE_RETURN)
                && (!there || script.argument().isPresent())) {
            return faulty(
                    name,
                    script,
                    ExecutableFault.CARRIAGE_RETURN,
                    there ? Optional.empty() : Optional.of(Errno.ENOENT));
        }
        return look(interpreter, with(before, name));
    }

    private static ExecDiagnosis faulty(
            String name, ExecutableHeader header, ExecutableFault fault, Optional<Errno> errno) {
        return new ExecDiagnosis.Faulty(name, header.toString(), fault, errno);
    }

    // ---- programs ----

    private ExecDiagnosis elf(String name, ElfHeader elf, byte[] first) {
        Optional<ExecDiagnosis> unfit = unfit(name, elf, first);
        if (unfit.isPresent()) {
            return unfit.get();
        }
        Optional<Platform> platform = platform(elf, first);
        if (platform.isEmpty()) {
            return new ExecDiagnosis.NotAProgram(
                    name, "nothing is known that would run it (" + elf + ")", Optional.of(Errno.ENOEXEC));
        }
        Platform base = Platform.of("linux", platform.get().architecture());
        boolean own = platform.get().architecture().equals(host.host().architecture());
        boolean compatible = !own && host.of(base) instanceof Execution.Compatible;
        if (!own && !compatible) {
            return foreign(name, platform.get(), first);
        }
        Optional<ExecDiagnosis> hindered = inside(name, elf, platform.get());
        if (hindered.isPresent()) {
            return hindered.get();
        }
        List<ExecNote> notes = new Libraries(paths).missing(elf, place(name));
        return own ? new ExecDiagnosis.Native(name, notes) : new ExecDiagnosis.Compatible(name, platform.get(), notes);
    }

    /** What keeps every kernel and emulator from starting it. */
    private static Optional<ExecDiagnosis> unfit(String name, ElfHeader elf, byte[] first) {
        for (ExecutableFault fault : List.of(ExecutableFault.MALFORMED, ExecutableFault.TRUNCATED)) {
            if (elf.faults().contains(fault)) {
                // A file that is cut behind its headers is mapped, and crashes when it comes to what is missing.
                boolean headers =
                        fault == ExecutableFault.TRUNCATED && elf.linking().isPresent() && first.length > 64;
                return Optional.of(faulty(name, elf, fault, headers ? Optional.empty() : Optional.of(Errno.ENOEXEC)));
            }
        }
        if (!elf.executable()) {
            return Optional.of(new ExecDiagnosis.NotAProgram(name, withArticle(elf), Optional.of(Errno.ENOEXEC)));
        }
        return elf.linking()
                        .filter(linking -> linking == ElfHeader.Linking.LIBRARY)
                        .isPresent()
                ? Optional.of(new ExecDiagnosis.NotAProgram(name, withArticle(elf), Optional.empty()))
                : Optional.empty();
    }

    private static Optional<Platform> platform(ElfHeader elf, byte[] first) {
        return elf.platform().or(() -> QemuTarget.of(first).map(QemuTarget::platform));
    }

    /** What a program finds missing once it is started, on the processor or in the emulator. */
    private Optional<ExecDiagnosis> inside(String name, ElfHeader elf, Platform platform) {
        if (elf.interpreter().isPresent()) {
            String loader = elf.interpreter().get();
            if (!paths.follow(loader, workingDirectory).found()) {
                return Optional.of(new ExecDiagnosis.LoaderMissing(name, loader, elf.libc(), loaders()));
            }
        }
        if (platform.variant().isPresent() && host.of(platform) instanceof Execution.Impossible impossible) {
            return Optional.of(new ExecDiagnosis.VariantUnsupported(name, platform, impossible.reason()));
        }
        return Optional.empty();
    }

    /** The loaders that a root file system has, which tells what C library it is of. */
    private List<String> loaders() {
        List<String> loaders = new ArrayList<>();
        for (String folder : List.of("/lib", "/lib64")) {
            RootPaths.Place place = paths.follow(folder, "/");
            if (place.found() && Files.isDirectory(place.host())) {
                try (DirectoryStream<Path> files =
                        Files.newDirectoryStream(place.host(), "ld{-linux,-musl,64,.}*.so*")) {
                    files.forEach(file -> loaders.add(folder + "/" + file.getFileName()));
                } catch (IOException e) {
                    // A folder that cannot be read has nothing to say.
                }
            }
        }
        return loaders.stream().sorted().distinct().toList();
    }

    // ---- other architectures ----

    private ExecDiagnosis foreign(String name, Platform platform, byte[] first) {
        Optional<BinfmtHandler> disabled = host.handlers().stream()
                .filter(handler -> !handler.enabled() && handler.takes(baseName(name), first))
                .findFirst();
        if (disabled.isPresent()) {
            return new ExecDiagnosis.HandlerDisabled(name, platform, disabled.get());
        }
        Optional<QemuTarget> target = QemuTarget.of(platform);
        if (target.isPresent()) {
            for (BinfmtHandler handler : host.handlers()) {
                if (handler.enabled() && handler.takes("", target.get().magic())) {
                    return mismatch(name, handler, first);
                }
            }
        }
        Optional<Emulator> emulator = target.flatMap(host::emulator);
        Optional<Obstacle> systemWide = Surroundings.root()
                ? Optional.empty()
                : Optional.of(new Obstacle("only root may register system-wide", "as root: lading emulators install"));
        return new ExecDiagnosis.NoHandler(name, platform, emulator, host.privateObstacle(), systemWide);
    }

    private static ExecDiagnosis mismatch(String name, BinfmtHandler handler, byte[] first) {
        byte[] magic = handler.magic();
        byte[] mask = handler.mask();
        int at = 0;
        for (int i = magic.length - 1; i >= 0; i--) {
            int there = handler.offset() + i < first.length ? first[handler.offset() + i] : 0;
            if (((there ^ magic[i]) & mask[i]) != 0) {
                at = i;
            }
        }
        int offset = handler.offset() + at;
        int found = offset < first.length ? first[offset] & 0xff : 0;
        return new ExecDiagnosis.MaskMismatch(name, handler, offset, magic[at] & 0xff, found);
    }

    // ---- handlers ----

    private ExecDiagnosis byHandler(
            String name, Path file, ExecutableHeader header, byte[] first, BinfmtHandler handler) {
        Optional<ExecDiagnosis> broken = broken(name, first, handler);
        if (broken.isPresent()) {
            return broken.get();
        }
        if (!(header instanceof ElfHeader elf)) {
            // Somebody's handler for another kind of file: what it makes of it is its own affair.
            return new ExecDiagnosis.Emulated(name, host.host(), handler, Optional.empty(), List.of());
        }
        Optional<ExecDiagnosis> unfit = unfit(name, elf, first);
        if (unfit.isPresent()) {
            return unfit.get();
        }
        Platform platform = platform(elf, first).orElse(host.host());
        Optional<ExecDiagnosis> hindered = inside(name, elf, platform);
        return hindered.orElseGet(() -> emulated(name, file, elf, platform, handler));
    }

    private Optional<ExecDiagnosis> broken(String name, byte[] first, BinfmtHandler handler) {
        Path interpreter = Path.of(handler.interpreter());
        boolean onHost = Files.isRegularFile(interpreter);
        if (!handler.flags().contains(BinfmtFlag.FIX_BINARY)
                && !paths.follow(handler.interpreter(), workingDirectory).found()) {
            if (onHost && !hostItself) {
                return Optional.of(new ExecDiagnosis.FixBinaryMissing(name, handler));
            }
            return Optional.of(hidden(name, first, handler)
                    .<ExecDiagnosis>map(other -> new ExecDiagnosis.HandlerShadowed(name, handler, other))
                    .orElseGet(() -> new ExecDiagnosis.EmulatorMissing(name, handler)));
        }
        if (onHost
                && ExecutableHeader.of(interpreter) instanceof ElfHeader emulator
                && emulator.interpreter().isPresent()
                && !paths.follow(emulator.interpreter().get(), workingDirectory).found()) {
            return Optional.of(new ExecDiagnosis.EmulatorNotStatic(
                    name, handler, emulator.interpreter().get()));
        }
        boolean shifted =
                handler.interpreter().endsWith(NAME_WITH_P) && !handler.flags().contains(BinfmtFlag.PRESERVE_ARGV0);
        return shifted ? Optional.of(new ExecDiagnosis.ArgvShift(name, handler)) : Optional.empty();
    }

    /** An older handler for the same file that would work. */
    private Optional<BinfmtHandler> hidden(String name, byte[] first, BinfmtHandler handler) {
        return host.handlers().stream()
                .filter(other -> !other.name().equals(handler.name())
                        && other.enabled()
                        && other.takes(baseName(name), first)
                        && (other.flags().contains(BinfmtFlag.FIX_BINARY)
                                || paths.follow(other.interpreter(), workingDirectory)
                                        .found()))
                .findFirst();
    }

    private ExecDiagnosis emulated(String name, Path file, ElfHeader elf, Platform platform, BinfmtHandler handler) {
        List<ExecNote> notes = new ArrayList<>(new Libraries(paths).missing(elf, place(name)));
        if ((mode(file) & SETUID_BIT) != 0 && !handler.flags().contains(BinfmtFlag.CREDENTIALS)) {
            notes.add(new ExecNote(
                    ExecNote.Kind.SETUID_WITHOUT_CREDENTIALS,
                    name + " is setuid, and the handler " + handler.name()
                            + " has no flag C: it runs without its owner's rights",
                    "run its image with lading run --new-privileges, whose private handlers have that flag"));
        }
        Optional<CpuModel> model = Optional.empty();
        Optional<QemuTarget> target = QemuTarget.of(platform);
        Path interpreter = Path.of(handler.interpreter());
        if (target.isPresent() && Files.isExecutable(interpreter)) {
            try {
                Emulator emulator = Emulator.of(interpreter, target.get());
                model = emulator.cpuModelFor(platform, Optional.of(elf));
                model.filter(cpu -> target.get().name().equals("aarch64"))
                        .ifPresent(cpu -> notes.add(new ExecNote(
                                ExecNote.Kind.SLOW_POINTER_AUTHENTICATION, cpu.reason(), "set QEMU_CPU=" + cpu)));
                emulator.knownFaults()
                        .forEach(fault -> notes.add(new ExecNote(
                                ExecNote.Kind.KNOWN_FAULT,
                                "with this version of QEMU " + fault.symptom() + " (" + fault.source() + ")",
                                fault.remedy())));
            } catch (CancelledException e) {
                throw e;
            } catch (LadingException e) {
                // What the kernel opened long ago is another file today, and has nothing to say.
                model = Optional.empty();
            }
        }
        return new ExecDiagnosis.Emulated(name, platform, handler, model, notes);
    }

    // ---- files ----

    /** The file's path without links, from which its own libraries are looked for. */
    private String place(String name) {
        return paths.follow(name, workingDirectory).path();
    }

    private static int mode(Path file) {
        try {
            return (Integer) Files.getAttribute(file, "unix:mode");
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            // A file system without modes lets everything be started.
            return EXECUTE_BITS;
        } catch (IOException e) {
            throw LadingException.from("cannot look at " + file, e);
        }
    }

    private static byte[] first(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(WINDOW_BYTES);
        } catch (IOException e) {
            throw LadingException.from("cannot read " + file, e);
        }
    }

    private static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static List<String> with(List<String> before, String name) {
        List<String> all = new ArrayList<>(before);
        all.add(name);
        return all;
    }
}
