package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program of QEMU's user mode on this host: where it is, what it emulates, and what is known of its version.
 *
 * <p>What the file is was read from its bytes; version and processor models are asked of the program when they are wanted.
 * Immutable; safe for use by many threads.
 */
public final class Emulator {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Few are usual; each may lead through the others. */
    private static final int MAX_LINKS = 10;

    private static final Pattern NAME = Pattern.compile("qemu-([a-z0-9_]+?)(?:-static)?");
    private static final Pattern DEBIAN_NAME = Pattern.compile("([a-z0-9_]+)-binfmt-P");
    private static final Pattern VERSION = Pattern.compile("version ([0-9]+(?:\\.[0-9]+)*)");
    /** QEMU's names of programs that distributions give it beside its own. */
    private static final Pattern ALIAS_ARM64 = Pattern.compile("qemu-arm64(?:-static)?");

    private final Path path;
    private final QemuTarget target;
    private final boolean standalone;
    private final Optional<String> runsOn;

    private Emulator(Path path, QemuTarget target, boolean standalone, Optional<String> runsOn) {
        this.path = path;
        this.target = target;
        this.standalone = standalone;
        this.runsOn = runsOn;
    }

    /**
     * Looks at an emulator whose name says its target, such as {@code qemu-aarch64} or {@code qemu-aarch64-static}.
     *
     * @param path the program
     * @return the emulator
     * @throws InvalidInputException if the name says no target, or the file is no program
     * @throws NotFoundException if it is not there
     * @throws LadingException of another kind if it cannot be read
     */
    public static Emulator of(Path path) {
        String name = String.valueOf(path.getFileName());
        return of(
                path,
                targetOf(name)
                        .orElseThrow(() -> new InvalidInputException("the name of " + path
                                + " does not say what it emulates; give the target beside the path")));
    }

    /**
     * Looks at an emulator.
     *
     * @param path the program
     * @param target what it emulates
     * @return the emulator
     * @throws InvalidInputException if the file is no program
     * @throws NotFoundException if it is not there
     * @throws LadingException of another kind if it cannot be read
     */
    public static Emulator of(Path path, QemuTarget target) {
        if (!(ExecutableHeader.of(path) instanceof ElfHeader elf) || !elf.program()) {
            throw new InvalidInputException(path + " is no program; name a binary of QEMU's user mode");
        }
        return new Emulator(
                path.toAbsolutePath(),
                target,
                elf.standalone().orElse(false),
                elf.platform().map(Platform::architecture));
    }

    /** The target a file name speaks of. */
    static Optional<QemuTarget> targetOf(String fileName) {
        if (ALIAS_ARM64.matcher(fileName).matches()) {
            return QemuTarget.named("aarch64");
        }
        return Stream.of(NAME, DEBIAN_NAME)
                .map(pattern -> pattern.matcher(fileName))
                .filter(Matcher::matches)
                .map(matcher -> QemuTarget.named(matcher.group(1)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * Finds an emulator, one that works in every root file system before one that needs the host's libraries.
     *
     * @param target what it shall emulate
     * @param folders where to look, in this order
     * @return the emulator, or empty if there is none
     */
    static Optional<Emulator> find(QemuTarget target, Collection<Path> folders) {
        List<String> names = Stream.of("qemu-" + target.name() + "-static", "qemu-" + target.name())
                .toList();
        List<Emulator> found = names.stream()
                .flatMap(name -> folders.stream().map(folder -> folder.resolve(name)))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .flatMap(file -> readable(file, target).stream())
                .toList();
        return found.stream()
                .filter(Emulator::standalone)
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    private static Optional<Emulator> readable(Path file, QemuTarget target) {
        try {
            return Optional.of(of(file, target));
        } catch (CancelledException e) {
            throw e;
        } catch (LadingException e) {
            // A file of that name that is no program is no emulator.
            return Optional.empty();
        }
    }

    /**
     * Returns where it is.
     *
     * @return the absolute path
     */
    public Path path() {
        return path;
    }

    /**
     * Returns what it emulates.
     *
     * @return the target
     */
    public QemuTarget target() {
        return target;
    }

    /**
     * Says whether it needs no loader and no library, so that it starts in every root file system.
     *
     * @return true if it is static
     */
    public boolean standalone() {
        return standalone;
    }

    /** The architecture of the emulator itself. */
    Optional<String> runsOn() {
        return runsOn;
    }

    /**
     * Says whether nobody but root can change what it does: the file, the links that lead to it and the folders of all of them
     * belong to root and others may not write to them. What is registered system-wide runs for every user.
     *
     * @return true if so
     */
    public boolean trusted() {
        try {
            return rootsAlone(path, MAX_LINKS);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean rootsAlone(Path at, int linksLeft) throws IOException {
        Path folder = at.getParent();
        if (folder != null && !rootsAlone(folder, linksLeft)
                || !Integer.valueOf(0).equals(Files.getAttribute(at, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
            return false;
        }
        if (folder != null && Files.isSymbolicLink(at)) {
            // Who can change a link on the way decides what is opened at the next boot.
            return linksLeft > 0 && rootsAlone(folder.resolve(Files.readSymbolicLink(at)), linksLeft - 1);
        }
        int mode = (Integer) Files.getAttribute(at, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        boolean sticky = Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS) && (mode & 01000) != 0;
        return (mode & 022) == 0 || sticky;
    }

    /**
     * Asks the program for its version.
     *
     * @return the version, such as {@code 7.2.22}; empty if it does not say
     * @throws UnavailableException if it cannot be started
     * @throws CancelledException if the thread is interrupted
     */
    public Optional<String> version() {
        Matcher matcher = VERSION.matcher(
                HostProgram.run(List.of(path.toString(), "--version"), PATIENCE).out());
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /**
     * Asks the program which processors it can be.
     *
     * @return the names that its option {@code -cpu} takes; empty if it does not say
     * @throws UnavailableException if it cannot be started
     * @throws CancelledException if the thread is interrupted
     */
    public Set<String> cpuModels() {
        return HostProgram.run(List.of(path.toString(), "-cpu", "help"), PATIENCE)
                .out()
                .lines()
                // «  cortex-a72», «x86 Haswell  (…)», «PowerPC power9  …» by target; headings end in a colon.
                .map(String::strip)
                .filter(line -> !line.endsWith(":"))
                .map(line -> line.replaceFirst("^(x86|PowerPC|s390|Sparc) +", ""))
                .map(line -> line.split("[ \t]", 2)[0])
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Chooses the processor that this emulator should be for a program: one whose variant the platform asks for, and for
     * arm64 programs that sign return addresses one that does not, on which they run up to twenty times faster.
     *
     * @param platform the platform that is wanted
     * @param program the program, if it is known
     * @return the model and why, or empty where the emulator's default is right
     * @throws UnavailableException if the emulator cannot be started
     * @throws CancelledException if the thread is interrupted
     */
    public Optional<CpuModel> cpuModelFor(Platform platform, Optional<ElfHeader> program) {
        return CpuModel.wanted(target, platform.normalized(), program).stream()
                .filter(model -> cpuModels().contains(model.name()))
                .findFirst();
    }

    /**
     * Returns what is known to go wrong with this version for this target.
     *
     * @return the faults; empty if none is known, or the version is not
     * @throws UnavailableException if the emulator cannot be started
     * @throws CancelledException if the thread is interrupted
     */
    public List<EmulatorFault> knownFaults() {
        return version().map(version -> EmulatorFault.of(target, version)).orElse(List.of());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Emulator emulator && path.equals(emulator.path) && target.equals(emulator.target);
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, target);
    }

    /** Returns the path for a message. */
    @Override
    public String toString() {
        return path.toString();
    }
}
