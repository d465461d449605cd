package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.ConflictException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Emulators to be known to the whole system: handlers in the kernel's table, and on request the files that bring them back at
 * the next boot.
 *
 * <p>The flags are {@code PF}: arguments are kept, and the emulator is found in every root file system. An emulator that needs
 * the host's libraries, or that others than root could change, is left out, and so is one for the host's own architecture or
 * for one that its processor runs. An immutable description; {@link #register} and {@link #writeFiles} carry it out.
 */
public final class Registration {
    private static final String SYSTEMD_FILE = "lading.conf";

    private final Map<Emulator, BinfmtHandler> handlers;
    private final Map<Emulator, String> leftOut;

    private Registration(Map<Emulator, BinfmtHandler> handlers, Map<Emulator, String> leftOut) {
        this.handlers = handlers;
        this.leftOut = leftOut;
    }

    /** Which files bring handlers back at the next boot. */
    public enum Boot {
        /** {@code /etc/binfmt.d}, read by systemd-binfmt (binfmt.d(5)). */
        SYSTEMD("etc/binfmt.d"),
        /** {@code /usr/share/binfmts}, read by update-binfmts of Debian's package binfmt-support. */
        DEBIAN("usr/share/binfmts");

        private final String folder;

        Boot(String folder) {
            this.folder = folder;
        }
    }

    /**
     * What became of each handler.
     *
     * @param registered those that were registered or replaced
     * @param unchanged those that were there already
     * @param failed those that the kernel refused, by name, and why
     */
    public record Result(List<BinfmtHandler> registered, List<BinfmtHandler> unchanged, Map<String, String> failed) {
        /** Makes the value; the collections are copied. */
        public Result {
            registered = List.copyOf(registered);
            unchanged = List.copyOf(unchanged);
            failed = Map.copyOf(failed);
        }
    }

    /**
     * All emulators of a host that are of use to it.
     *
     * @param host the host
     * @return the registration
     */
    public static Registration of(HostExecution host) {
        return of(
                host,
                QemuTarget.all().stream()
                        .flatMap(target -> host.emulator(target).stream())
                        .toList());
    }

    /**
     * Emulators of the caller's choice.
     *
     * @param host the host
     * @param emulators the emulators
     * @return the registration
     */
    public static Registration of(HostExecution host, Collection<Emulator> emulators) {
        Map<Emulator, BinfmtHandler> handlers = new LinkedHashMap<>();
        Map<Emulator, String> leftOut = new LinkedHashMap<>();
        List<Emulator> sorted = new ArrayList<>(emulators);
        sorted.sort(Comparator.comparing(emulator -> emulator.target().name()));
        for (Emulator emulator : sorted) {
            QemuTarget target = emulator.target();
            if (target.architecture().equals(host.host().architecture())) {
                leftOut.put(emulator, "it is for this host's own architecture: nothing would start any more");
            } else if (host.compatible(target)) {
                leftOut.put(emulator, "this host's processor runs " + target.platform() + " itself, and faster");
            } else if (!emulator.standalone()) {
                leftOut.put(emulator, "it needs libraries of the host, which other root file systems lack");
            } else if (!emulator.trusted()) {
                leftOut.put(emulator, "others than root can change it, and it would run for every user");
            } else {
                handlers.put(
                        emulator,
                        BinfmtHandler.of(
                                Binfmt.OWN_PREFIX + target.name(),
                                target,
                                emulator.path().toString(),
                                Set.of(BinfmtFlag.PRESERVE_ARGV0, BinfmtFlag.FIX_BINARY)));
            }
        }
        return new Registration(handlers, leftOut);
    }

    /**
     * Has setuid programs run with their owner's rights, as {@code sudo} needs it (flag C).
     *
     * <p>The risk: whoever can start such a program of another architecture starts an emulator that runs as its owner, mostly
     * root, and that listens to the caller's environment; {@code QEMU_LOG_FILENAME} alone writes any file. Only where every
     * user may be root anyway. In a private table the flag harms nobody.
     *
     * @return the registration with that flag
     */
    public Registration withCredentials() {
        Map<Emulator, BinfmtHandler> changed = new LinkedHashMap<>();
        handlers.forEach((emulator, handler) -> {
            EnumSet<BinfmtFlag> flags = EnumSet.copyOf(handler.flags());
            flags.add(BinfmtFlag.CREDENTIALS);
            changed.put(emulator, BinfmtHandler.of(handler.name(), emulator.target(), handler.interpreter(), flags));
        });
        return new Registration(changed, leftOut);
    }

    /**
     * Returns what will be registered.
     *
     * @return the handlers, by the names of their targets
     */
    public List<BinfmtHandler> handlers() {
        return List.copyOf(handlers.values());
    }

    /**
     * Returns what will not be registered, and why.
     *
     * @return the emulators with the reasons
     */
    public Map<Emulator, String> leftOut() {
        return new LinkedHashMap<>(leftOut);
    }

    /**
     * Registers the handlers. What is there already stays; one that is refused does not keep the others out.
     *
     * @param binfmt the table
     * @return what became of each
     * @throws LadingException as {@link Binfmt#register}, if not one handler could be registered
     */
    public Result register(Binfmt binfmt) {
        List<BinfmtHandler> registered = new ArrayList<>();
        List<BinfmtHandler> unchanged = new ArrayList<>();
        Map<String, String> failed = new TreeMap<>();
        List<LadingException> failures = new ArrayList<>();
        for (BinfmtHandler handler : handlers.values()) {
            try {
                (binfmt.register(handler) ? registered : unchanged).add(handler);
            } catch (ConflictException | InvalidInputException e) {
                failed.put(handler.name(), e.getMessage());
                failures.add(e);
            } catch (LadingException e) {
                if (registered.isEmpty() && unchanged.isEmpty() && failed.isEmpty()) {
                    // No right or no table: the others would fail for the same reason.
                    throw e;
                }
                failed.put(handler.name(), e.getMessage());
                failures.add(e);
            }
        }
        if (registered.isEmpty() && unchanged.isEmpty() && !failures.isEmpty()) {
            throw failures.get(0);
        }
        return new Result(registered, unchanged, failed);
    }

    /**
     * Removes all handlers of ours from a table.
     *
     * @param binfmt the table
     * @return what was removed
     * @throws LadingException as {@link Binfmt#remove}
     */
    public static List<BinfmtHandler> remove(Binfmt binfmt) {
        List<BinfmtHandler> removed = new ArrayList<>();
        for (BinfmtHandler handler : binfmt.handlers()) {
            if (handler.name().startsWith(Binfmt.OWN_PREFIX) && binfmt.remove(handler.name())) {
                removed.add(handler);
            }
        }
        return removed;
    }

    /**
     * Returns the files that bring the handlers back at the next boot.
     *
     * @param boot which files
     * @return their texts, by their paths below the root file system
     */
    public Map<Path, String> files(Boot boot) {
        Map<Path, String> files = new LinkedHashMap<>();
        Path folder = Path.of(boot.folder);
        if (boot == Boot.SYSTEMD) {
            StringBuilder text =
                    new StringBuilder("# Written by lading emulators install; removed by lading emulators remove.\n");
            handlers.values()
                    .forEach(handler -> text.append(handler.registerLine()).append('\n'));
            files.put(folder.resolve(SYSTEMD_FILE), text.toString());
        } else {
            handlers.values().forEach(handler -> files.put(folder.resolve(handler.name()), debian(handler)));
        }
        return files;
    }

    /** update-binfmts(8), «Format files». */
    private static String debian(BinfmtHandler handler) {
        return "package <local>\ninterpreter " + handler.interpreter() + "\nmagic "
                + BinfmtHandler.escaped(handler.magic()) + "\noffset " + handler.offset() + "\nmask "
                + BinfmtHandler.escaped(handler.mask()) + "\ncredentials "
                + word(handler, BinfmtFlag.CREDENTIALS) + "\nfix_binary " + word(handler, BinfmtFlag.FIX_BINARY)
                + "\npreserve " + word(handler, BinfmtFlag.PRESERVE_ARGV0) + "\n";
    }

    private static String word(BinfmtHandler handler, BinfmtFlag flag) {
        return handler.flags().contains(flag) ? "yes" : "no";
    }

    /**
     * Writes the files that bring the handlers back at the next boot; each is there whole or not at all.
     *
     * @param boot which files
     * @param root the root file system to write to, {@code /} on the host itself
     * @return what was written
     * @throws UnavailableException if a file cannot be written
     */
    public List<Path> writeFiles(Boot boot, Path root) {
        List<Path> written = new ArrayList<>();
        files(boot).forEach((name, text) -> {
            Path file = root.resolve(name.toString());
            try {
                Path folder = Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Path beside = folder.resolve("." + file.getFileName() + ".new");
                Files.writeString(beside, text, UTF_8);
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                written.add(file);
            } catch (IOException e) {
                throw new UnavailableException(
                        file + " cannot be written: " + e + ". Do it as root, or leave the files out.", e);
            }
        });
        return written;
    }

    /**
     * Finds the files that {@link #writeFiles} wrote, of both kinds.
     *
     * @param root the root file system they are in
     * @return the files; empty if there are none
     * @throws UnavailableException if a folder cannot be read
     */
    public static List<Path> ownFiles(Path root) {
        List<Path> found = new ArrayList<>();
        for (Boot boot : Boot.values()) {
            Path folder = root.resolve(boot.folder);
            String names = boot == Boot.SYSTEMD ? SYSTEMD_FILE : Binfmt.OWN_PREFIX + "*";
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, names)) {
                    files.forEach(found::add);
                } catch (IOException e) {
                    throw new UnavailableException(folder + " cannot be read: " + e, e);
                }
            }
        }
        return found;
    }

    /**
     * Removes the files that {@link #writeFiles} wrote, of both kinds.
     *
     * @param root the root file system they are in
     * @return what was removed
     * @throws UnavailableException if a file cannot be removed
     */
    public static List<Path> removeFiles(Path root) {
        List<Path> found = ownFiles(root);
        for (Path file : found) {
            try {
                Files.delete(file);
            } catch (IOException e) {
                throw new UnavailableException(file + " cannot be removed: " + e + ". Do it as root.", e);
            }
        }
        return found;
    }

    /** Returns the names of the handlers for a message. */
    @Override
    public String toString() {
        return handlers.values().stream().map(BinfmtHandler::name).toList().toString();
    }
}
