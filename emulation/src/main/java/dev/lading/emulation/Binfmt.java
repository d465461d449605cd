package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.ConflictException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One instance of the kernel's table of handlers, binfmt_misc, by the folder it is mounted at (kernel admin guide,
 * «binfmt-misc»): the host's own, or that of a user namespace.
 *
 * <p>Only handlers whose names begin with {@value #OWN_PREFIX} are ever removed or replaced: those of Debian, systemd and
 * others stay. The host's own architecture is never registered: each program would need itself to start. Nothing is kept:
 * each method asks the kernel. Safe for use by many threads.
 */
public final class Binfmt {
    /** How the names of our handlers begin. */
    public static final String OWN_PREFIX = "lading-";

    private static final Path SYSTEM = Path.of("/proc/sys/fs/binfmt_misc");
    private static final Path KERNEL_ARCHITECTURE = Path.of("/proc/sys/kernel/arch");
    private static final int KERNEL_WINDOW_BYTES = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path mountPoint;

    private Binfmt(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Whether there is a table, and whether the kernel asks it. */
    public enum Status {
        /** The file system is not mounted at this folder. */
        NOT_MOUNTED,
        /** It is mounted, and the kernel asks no handler of it. */
        DISABLED,
        /** It is mounted, and the kernel asks its enabled handlers. */
        ENABLED
    }

    /**
     * The table at its usual place, which is the host's unless this process is in a user namespace with one of its own.
     *
     * @return the table at {@code /proc/sys/fs/binfmt_misc}
     */
    public static Binfmt system() {
        return new Binfmt(SYSTEM);
    }

    /**
     * The table mounted elsewhere.
     *
     * @param mountPoint the folder
     * @return the table
     */
    public static Binfmt at(Path mountPoint) {
        return new Binfmt(Objects.requireNonNull(mountPoint));
    }

    /**
     * Returns where it is mounted.
     *
     * @return the folder
     */
    public Path mountPoint() {
        return mountPoint;
    }

    /**
     * Says whether there is a table and the kernel asks it.
     *
     * @return the status
     * @throws UnavailableException if the kernel's file cannot be read
     */
    public Status status() {
        try {
            return read(mountPoint.resolve("status")).strip().equals("enabled") ? Status.ENABLED : Status.DISABLED;
        } catch (NoSuchFileException e) {
            return Status.NOT_MOUNTED;
        } catch (IOException e) {
            throw failure("read the status of", e);
        }
    }

    /**
     * Returns the handlers in the order in which the kernel asks them: the newest first.
     *
     * @return the handlers, enabled or not; empty if the file system is not mounted
     * @throws UnavailableException if the kernel's files cannot be read
     */
    public List<BinfmtHandler> handlers() {
        List<BinfmtHandler> handlers = new ArrayList<>();
        // The kernel lists the entries in the order it asks them.
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(mountPoint)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (!name.equals("register") && !name.equals("status")) {
                    read(name).ifPresent(handlers::add);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw failure("list", Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw failure("list", e);
        }
        return handlers;
    }

    /**
     * Finds a handler by its name.
     *
     * @param name the name
     * @return the handler, enabled or not; empty if there is none of that name
     * @throws UnavailableException if the kernel's file cannot be read
     */
    public Optional<BinfmtHandler> handler(String name) {
        BinfmtHandler.checkName(name);
        try {
            return read(name);
        } catch (IOException e) {
            throw failure("read " + name + " of", e);
        }
    }

    private Optional<BinfmtHandler> read(String name) throws IOException {
        try {
            return Optional.of(BinfmtHandler.parse(name, read(mountPoint.resolve(name))));
        } catch (NoSuchFileException | InvalidInputException e) {
            // It was removed meanwhile, or is of a kind that only newer versions know.
            return Optional.empty();
        }
    }

    private static String read(Path entry) throws IOException {
        // The kernel says that an entry has no bytes, and then gives some.
        try (InputStream in = Files.newInputStream(entry)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /**
     * Registers a handler. If it is there already, as it is to be, nothing is done; one of ours that says something else is
     * replaced.
     *
     * @param handler what to register; a disabled one is registered and then disabled
     * @return true if the table was changed
     * @throws InvalidInputException if it would take the host's own programs
     * @throws ConflictException if another's handler has the name
     * @throws NotFoundException if the interpreter is to be opened now and is not there
     * @throws UnsupportedException if the file system is not mounted, or this kernel does not know the flags
     * @throws UnavailableException if this process may not write to the table, or the kernel refuses for another reason
     */
    public boolean register(BinfmtHandler handler) {
        refuseOwnArchitecture(handler);
        Optional<BinfmtHandler> there = handler(handler.name());
        if (there.filter(handler::equals).isPresent()) {
            return false;
        }
        if (there.isPresent()) {
            if (!handler.name().startsWith(OWN_PREFIX)) {
                throw new ConflictException("the handler " + there.get() + " in " + mountPoint
                        + " is not ours and stays as it is. Register under a name that begins with " + OWN_PREFIX
                        + ": the newest handler is asked first.");
            }
            remove(handler.name());
        }
        try {
            write(mountPoint.resolve("register"), handler.registerLine());
        } catch (IOException e) {
            if (handler(handler.name()).filter(handler::equals).isPresent()) {
                // Another process was faster with the same.
                return false;
            }
            throw registerFailure(handler, e);
        }
        if (!handler.enabled()) {
            disable(handler.name());
        }
        return true;
    }

    /**
     * Makes the kernel ask a handler again.
     *
     * @param name the handler's name
     * @throws NotFoundException if there is none of that name
     * @throws UnavailableException if this process may not write to the table
     */
    public void enable(String name) {
        order(name, "1", "enable");
    }

    /**
     * Makes the kernel pass over a handler; it stays registered.
     *
     * @param name the handler's name
     * @throws NotFoundException if there is none of that name
     * @throws UnavailableException if this process may not write to the table
     */
    public void disable(String name) {
        order(name, "0", "disable");
    }

    /**
     * Removes a handler of ours. What it hid, an older one for the same programs, is asked again.
     *
     * @param name its name, which begins with {@value #OWN_PREFIX}
     * @return false if there was none of that name
     * @throws InvalidInputException if the name is not one of ours
     * @throws UnavailableException if this process may not write to the table
     */
    public boolean remove(String name) {
        if (!name.startsWith(OWN_PREFIX)) {
            throw new InvalidInputException("the handler " + name + " is not one of ours (they begin with " + OWN_PREFIX
                    + ") and is not removed. Disable it, or remove it with the tool that registered it.");
        }
        if (handler(name).isEmpty()) {
            return false;
        }
        order(name, "-1", "remove");
        return true;
    }

    private void order(String name, String order, String verb) {
        BinfmtHandler.checkName(name);
        try {
            write(mountPoint.resolve(name), order);
        } catch (NoSuchFileException e) {
            throw new NotFoundException("there is no handler " + name + " in " + mountPoint, e);
        } catch (IOException e) {
            throw failure(verb + " " + name + " in", e);
        }
    }

    /**
     * Mounts the host's table where it is not.
     *
     * @return true if it was mounted, false if it was there
     * @throws UnsupportedException if this kernel has no binfmt_misc
     * @throws UnavailableException if this process may not mount
     */
    public boolean mount() {
        if (status() != Status.NOT_MOUNTED) {
            return false;
        }
        Path mount = HostProgram.find("mount")
                .orElseThrow(() ->
                        new UnavailableException("there is no program «mount» on this host to mount binfmt_misc"));
        HostProgram.Outcome outcome = HostProgram.run(
                List.of(mount.toString(), "-t", "binfmt_misc", "binfmt_misc", mountPoint.toString()), PATIENCE);
        if (outcome.exitCode() == 0) {
            return true;
        }
        if (outcome.out().contains("unknown filesystem")) {
            throw new UnsupportedException(
                    "this kernel has no binfmt_misc (CONFIG_BINFMT_MISC is off, or its module is not here): "
                            + outcome.out().strip());
        }
        throw new UnavailableException("binfmt_misc cannot be mounted at " + mountPoint + ": "
                + outcome.out().lines().findFirst().orElse("mount failed").strip() + " " + Surroundings.mayNotWrite());
    }

    /** Whatever takes this process's own program, or the shell, would be needed to start itself. */
    private static void refuseOwnArchitecture(BinfmtHandler handler) {
        boolean own = kernelTarget()
                .filter(target -> handler.takes("", target.magic()))
                .isPresent();
        for (Path program : List.of(Path.of("/proc/self/exe"), Path.of("/bin/sh"))) {
            try (InputStream in = Files.newInputStream(program)) {
                own |= handler.takes("", in.readNBytes(KERNEL_WINDOW_BYTES));
            } catch (IOException e) {
                // Not a Linux host, or no shell: then the others decide.
            }
        }
        if (own) {
            throw new InvalidInputException("the handler " + handler
                    + " would take the programs of this host itself, its own interpreter too, and nothing would start any more."
                    + " Register other architectures only.");
        }
    }

    private static Optional<QemuTarget> kernelTarget() {
        try {
            return QemuTarget.named(read(KERNEL_ARCHITECTURE).strip());
        } catch (IOException e) {
            // Kernels say it since Linux 6.1.
            return Optional.empty();
        }
    }

    private static void write(Path file, String text) throws IOException {
        // One write, and neither making nor cutting the file: the kernel's entries know neither.
        Files.write(file, text.getBytes(UTF_8), StandardOpenOption.WRITE);
    }

    private LadingException registerFailure(BinfmtHandler handler, IOException e) {
        String what = "the handler " + handler + " cannot be registered in " + mountPoint + ": ";
        String why = reason(e);
        if (status() == Status.NOT_MOUNTED) {
            return new UnsupportedException(
                    what + "binfmt_misc is not mounted there. As root: mount -t binfmt_misc binfmt_misc " + mountPoint,
                    e);
        }
        if (e instanceof AccessDeniedException || why.contains("not permitted")) {
            return new UnavailableException(what + "this process may not. " + Surroundings.mayNotWrite(), e);
        }
        if (e instanceof NoSuchFileException || why.contains("No such file")) {
            return new NotFoundException(
                    what + "there is no " + handler.interpreter()
                            + ", and the flag F has the kernel open it now. Install the emulator first.",
                    e);
        }
        if (why.contains("Invalid argument")) {
            return new UnsupportedException(
                    what + "this kernel does not know the flags " + handler.flagLetters()
                            + " (F wants Linux 4.8 or newer), or the line is not to its taste",
                    e);
        }
        if (why.contains("File exists")) {
            return new ConflictException(what + "another process registered the name meanwhile. Try again.", e);
        }
        if (why.contains("Too many levels of symbolic links") || why.contains("Exec format")) {
            return new InvalidInputException(what + "the interpreter is itself taken by a handler (" + why + ")", e);
        }
        return new UnavailableException(what + why, e);
    }

    private UnavailableException failure(String verb, IOException e) {
        boolean denied = e instanceof AccessDeniedException || reason(e).contains("not permitted");
        return new UnavailableException(
                "cannot " + verb + " " + mountPoint + ": "
                        + (denied ? "this process may not. " + Surroundings.mayNotWrite() : reason(e)),
                e);
    }

    private static String reason(IOException e) {
        @Nullable String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    /** Returns where it is mounted, for a message. */
    @Override
    public String toString() {
        return "binfmt_misc at " + mountPoint;
    }
}
