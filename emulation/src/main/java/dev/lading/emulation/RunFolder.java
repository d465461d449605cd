package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one run keeps on the disk: a folder of its own in the state folder, and beside it a file that is locked as long as this
 * process lives. The file is there before the folder and after it, so that a folder never stands without.
 *
 * <p>A lock belongs to a process and is dropped when the process closes any channel of the file. So the name carries this
 * process's number and the time it began, and its own files are never opened a second time.
 */
final class RunFolder implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> FOR_OWNER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Pattern LOCK_NAME = Pattern.compile("(run-([0-9]+)-([0-9]+)-[0-9a-f]{12})\\.lock");
    /** How the state folder of a run begins that was given none. */
    private static final String OWN_STATE = "lading-run-";

    private static final int ATTEMPTS = 10;
    private static final Duration CGROUP_PATIENCE = Duration.ofSeconds(2);
    private static final String PROCESSES = "processes";
    private static final String STUBS = "stubs";
    private static final String CGROUPS = "cgroups";

    private final Path folder;
    private final Path lockFile;
    private final FileChannel channel;
    private final Optional<Path> ownState;

    private RunFolder(Path folder, Path lockFile, FileChannel channel, Optional<Path> ownState) {
        this.folder = folder;
        this.lockFile = lockFile;
        this.channel = channel;
        this.ownState = ownState;
    }

    /** Makes the folder of a run; without a state folder in a temporary one that goes with it. */
    static RunFolder create(Optional<Path> state) {
        Path parent = state.orElse(Path.of(System.getProperty("java.io.tmpdir")));
        try {
            if (state.isPresent()) {
                makePrivate(parent);
                sweep(parent);
                return createIn(parent.toRealPath(), Optional.empty());
            }
            Path own = Files.createTempDirectory(parent, OWN_STATE).toRealPath();
            return createIn(own, Optional.of(own));
        } catch (IOException e) {
            throw LadingException.from("cannot keep the state of a run in " + parent, e);
        }
    }

    private static void makePrivate(Path state) throws IOException {
        if (!Files.exists(state)) {
            Path parent = state.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createDirectory(state, FOR_OWNER);
            } catch (FileAlreadyExistsException e) {
                // Another run made it just now.
            }
        }
        checkPrivate(state);
    }

    /** What lies there names processes to be ended and files to be removed, so nobody else may have written it. */
    private static void checkPrivate(Path state) throws IOException {
        if (!Files.isDirectory(state)) {
            throw new InvalidInputException("the state folder " + state + " is no folder");
        }
        int mode = (Integer) Files.getAttribute(state, "unix:mode");
        Object owner = Files.getAttribute(state, "unix:uid");
        if ((mode & 022) != 0 || !owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw new UnavailableException("the state folder " + state
                    + " belongs to somebody else or can be written to by others; give one that is yours alone");
        }
    }

    private static RunFolder createIn(Path state, Optional<Path> ownState) throws IOException {
        ProcessHandle self = ProcessHandle.current();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String name = "run-" + self.pid() + "-" + startOf(self.pid()).orElse("0") + "-"
                    + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
            Path lockFile = state.resolve(name + ".lock");
            FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            boolean done = false;
            try {
                FileLock lock = channel.tryLock();
                // Somebody who swept between the two took it for left over.
                if (lock != null && Files.exists(lockFile)) {
                    Path folder = Files.createDirectory(state.resolve(name), FOR_OWNER);
                    done = true;
                    return new RunFolder(folder, lockFile, channel, ownState);
                }
            } finally {
                if (!done) {
                    channel.close();
                }
            }
        }
        throw new IOException("the lock files that are made there go away");
    }

    Path path() {
        return folder;
    }

    String name() {
        return String.valueOf(folder.getFileName());
    }

    /** Writes down a process of this run, so that it is found when this process is no more. */
    void remember(ProcessHandle process) throws IOException {
        Optional<String> start = startOf(process.pid());
        if (start.isPresent()) {
            append(PROCESSES, process.pid() + " " + start.get());
        }
    }

    /** Writes down a file or folder that is about to be made as a mere place for a mount, or that another run has made so. */
    void rememberStub(Path stub) throws IOException {
        append(STUBS, stub.toString());
    }

    /** Says whether another run made it as a mere place for a mount, and would remove it if this one did not need it. */
    boolean stubOfAnother(Path stub) throws IOException {
        return stubOfAnother(folder, stub.toString());
    }

    /** Writes down a folder below {@code /sys/fs/cgroup} that the run makes. */
    void rememberCgroup(Path cgroup) throws IOException {
        append(CGROUPS, cgroup.toString());
    }

    private void append(String file, String line) throws IOException {
        Files.writeString(
                folder.resolve(file), line + "\n", UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void close() {
        // An interrupt has ended the run; it is not to end what clears up.
        boolean interrupted = Thread.interrupted();
        try {
            clear(folder);
            Files.deleteIfExists(lockFile);
            channel.close();
            if (ownState.isPresent()) {
                Files.deleteIfExists(ownState.get());
            }
        } catch (IOException e) {
            throw LadingException.from("cannot remove the state of a run, " + folder, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Clears what no living process holds.
     *
     * @return how many runs were cleared
     */
    static int sweep(Path state) throws IOException {
        if (!Files.exists(state, LinkOption.NOFOLLOW_LINKS)) {
            return 0;
        }
        checkPrivate(state);
        List<Path> lockFiles = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(state, "run-*.lock")) {
            entries.forEach(lockFiles::add);
        } catch (NoSuchFileException e) {
            return 0;
        }
        int cleared = 0;
        for (Path lockFile : lockFiles) {
            Matcher name = LOCK_NAME.matcher(String.valueOf(lockFile.getFileName()));
            if (name.matches()
                    && !isSelf(name.group(2), name.group(3))
                    && clearIfLeft(lockFile, state.resolve(name.group(1)))) {
                cleared++;
            }
        }
        return cleared;
    }

    private static boolean isSelf(String pid, String start) {
        ProcessHandle self = ProcessHandle.current();
        return pid.equals(Long.toString(self.pid()))
                && start.equals(startOf(self.pid()).orElse("0"));
    }

    private static boolean clearIfLeft(Path lockFile, Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            if (lock == null) {
                return false;
            }
            clear(folder);
            return Files.deleteIfExists(lockFile);
        } catch (NoSuchFileException e) {
            // Its owner, or another who sweeps, was faster.
            return false;
        }
    }

    private static void clear(Path folder) throws IOException {
        for (String line : lines(folder.resolve(PROCESSES))) {
            int space = line.indexOf(' ');
            if (space > 0) {
                end(line.substring(0, space), line.substring(space + 1));
            }
        }
        List<Path> cgroups =
                lines(folder.resolve(CGROUPS)).stream().map(Path::of).toList();
        for (Path cgroup : cgroups) {
            removeCgroup(cgroup, cgroups);
        }
        // What lies within a folder goes before the folder.
        for (String stub : lines(folder.resolve(STUBS)).stream()
                .sorted(Comparator.reverseOrder())
                .toList()) {
            removeStub(folder, stub);
        }
        delete(folder);
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.readAllLines(file, UTF_8) : List.of();
        } catch (NoSuchFileException e) {
            // It has just gone, with its run.
            return List.of();
        }
    }

    /** Ends a process and what it started, if it is still the one that was meant. */
    private static void end(String pid, String start) {
        if (!pid.matches("[0-9]{1,10}") || !startOf(Long.parseLong(pid)).equals(Optional.of(start))) {
            return;
        }
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    /** The kernel refuses as long as the last process is still ending. */
    private static void removeCgroup(Path cgroup, List<Path> all) throws IOException {
        long deadline = System.nanoTime() + CGROUP_PATIENCE.toNanos();
        while (cgroup.startsWith("/sys/fs/cgroup") && Files.isDirectory(cgroup, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.delete(cgroup);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("the control group " + cgroup + " is still in use", e);
                }
                for (Path each : all) {
                    thaw(each);
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** A runtime that is ended while it sets limits leaves the processes frozen, and frozen ones end by no signal. */
    private static void thaw(Path cgroup) {
        Path state = cgroup.resolve("freezer.state");
        if (state.startsWith("/sys/fs/cgroup") && Files.exists(state)) {
            try {
                Files.writeString(state, "THAWED", StandardOpenOption.WRITE);
            } catch (IOException e) {
                // It is gone; or it stays, and its removal tells that.
            }
        }
    }

    private static boolean stubOfAnother(Path folder, String stub) throws IOException {
        for (Path state : statesBeside(folder)) {
            try (DirectoryStream<Path> others = Files.newDirectoryStream(state, "run-*-*")) {
                for (Path other : others) {
                    if (!other.equals(folder)
                            && Files.isDirectory(other)
                            && lines(other.resolve(STUBS)).contains(stub)) {
                        return true;
                    }
                }
            } catch (NotDirectoryException | NoSuchFileException e) {
                // It has just gone, with its run.
            }
        }
        return false;
    }

    /** The state folders whose runs may share a root with this one: its own, or those of all that were given none. */
    private static List<Path> statesBeside(Path folder) throws IOException {
        Path state = folder.toAbsolutePath().getParent();
        if (state == null) {
            return List.of();
        }
        Path parent = state.getParent();
        if (parent == null || !String.valueOf(state.getFileName()).startsWith(OWN_STATE)) {
            return List.of(state);
        }
        List<Path> states = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(parent, OWN_STATE + "*")) {
            for (Path each : all) {
                // Nobody else says what this process may remove.
                if (Files.isReadable(each)
                        && Files.getAttribute(each, "unix:uid").equals(Files.getAttribute(state, "unix:uid"))) {
                    states.add(each);
                }
            }
        } catch (NoSuchFileException e) {
            // One has gone while the others were looked at; whoever is left comes to them at its own end.
            return List.of(state);
        }
        return states;
    }

    /** A stub that something was written to is no stub any more; one that another run uses is left to that run. */
    private static void removeStub(Path folder, String stub) throws IOException {
        if (stubOfAnother(folder, stub)) {
            return;
        }
        Path path = Path.of(stub);
        boolean emptyFile = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && Files.size(path) == 0;
        if (emptyFile || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // A folder that is no longer empty is the program's own now.
            }
        }
    }

    /** Removes a tree without following links. */
    static void delete(Path path) throws IOException {
        try {
            deleteOwn(path);
        } catch (FileSystemException e) {
            if (!SubordinateIds.remove(path)) {
                throw e;
            }
        }
    }

    /** Folders that even their owner may not search are opened first. */
    private static void deleteOwn(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.isReadable(path) || !Files.isWritable(path) || !Files.isExecutable(path)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
            }
            try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                for (Path child : children) {
                    deleteOwn(child);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    /** When a process began, in the kernel's ticks: field 22 of its stat, counted behind the name's last parenthesis. */
    static Optional<String> startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
            return fields.length > 19 ? Optional.of(fields[19]) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
