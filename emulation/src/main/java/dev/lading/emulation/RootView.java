package dev.lading.emulation;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The root as a program will see it: the folder itself, an overlay above it, or, where the folder lacks places for mounts, a
 * root made aside of everything the folder has and of those places.
 *
 * <p>Where a place lies deeper than the first step and is missing, an empty file or folder is made for it and removed after the
 * run: to assemble a folder like {@code /etc} of single mounts would keep programs from renaming files in it.
 */
final class RootView {
    private static final String UPPER = "upper";
    private static final String WORK = "work";
    /** What every program finds. */
    private static final List<String> KERNELS = List.of("/proc", "/dev", "/sys");

    private final Path root;
    private final RunFolder run;
    private final MountTable mounts = new MountTable();
    private final Set<String> aside = new TreeSet<>();
    private final List<Mounted> mounted = new ArrayList<>();
    private final Optional<Path> changes;
    private boolean staged;

    /** A place as it was found: its path below the root, free of links. */
    record Mounted(Place place, Path inRoot) {
        /** Says whether an empty file system in memory is wanted there. */
        boolean inMemory() {
            return place.bind().isEmpty() && !KERNELS.contains(place.target());
        }
    }

    /** A place that is wanted. */
    record Place(String target, boolean folder, Optional<LaunchSpec.Bind> bind) {}

    private RootView(Path root, RunFolder run, Optional<Path> changes) {
        this.root = root;
        this.run = run;
        this.changes = changes;
    }

    static RootView make(LaunchPlan plan, RunFolder run, boolean stage) throws IOException {
        RootView view = new RootView(plan.root(), run, plan.spec().changes);
        view.staged = stage || plan.spec().changes.isPresent();
        List<Place> places = places(plan);
        if (view.changes.isPresent()) {
            view.overlay(plan, places);
        } else {
            view.plain(plan, places);
        }
        return view;
    }

    private static List<Place> places(LaunchPlan plan) {
        List<Place> places = new ArrayList<>();
        for (String name : KERNELS) {
            places.add(new Place(name, true, Optional.empty()));
        }
        plan.spec().tmpfs.forEach(target -> places.add(new Place(target, true, Optional.empty())));
        List<LaunchSpec.Bind> binds = new ArrayList<>(plan.spec().binds);
        plan.spec().resolvConf.ifPresent(file -> binds.add(new LaunchSpec.Bind(file, "/etc/resolv.conf", true)));
        for (LaunchSpec.Bind bind : binds) {
            Path target = Path.of(bind.target()).normalize();
            for (String memory : plan.spec().tmpfs) {
                if (target.startsWith(Path.of(memory).normalize())) {
                    throw new UnsupportedException(bind.target() + " lies in the empty file system at " + memory
                            + ", which has no place to mount on; choose another place");
                }
            }
            if (!Files.exists(bind.source())) {
                throw new NotFoundException("there is no " + bind.source() + " to be seen at " + bind.target());
            }
            places.add(new Place(bind.target(), Files.isDirectory(bind.source()), Optional.of(bind)));
        }
        return places;
    }

    private void plain(LaunchPlan plan, List<Place> places) throws IOException {
        for (Place place : places) {
            InRoot.Found found = InRoot.follow(root, place.target());
            Path inRoot = checked(place, found);
            mounted.add(new Mounted(place, inRoot));
            if (Files.exists(root.resolve(inRoot.getName(0)), LinkOption.NOFOLLOW_LINKS)) {
                stub(found.path(), place.folder());
            } else {
                makeAside(inRoot, place.folder());
            }
        }
        if (!aside.isEmpty()) {
            Path seen = path();
            mounts.bind(seen, seen);
            bindAllInto(seen);
        } else if (staged) {
            Files.createDirectory(run.path().resolve("root"));
            mounts.bind(root, path(), plan.ids() == LaunchPlan.Ids.HOST ? List.of("nodev") : List.of());
        }
    }

    private Path checked(Place place, InRoot.Found found) {
        if (found.attributes().isPresent() && place.folder() != found.isFolder()) {
            throw new InvalidInputException(place.target() + " in " + root + " is "
                    + (found.isFolder() ? "a folder; only a folder" : "no folder; only a file")
                    + " can be mounted there");
        }
        Path inRoot = root.relativize(found.path());
        if (inRoot.toString().isEmpty()) {
            throw new InvalidInputException("nothing can be mounted on the root itself");
        }
        return inRoot;
    }

    /** Makes what is missing of a place. What another run has made so is needed by this one too, and the last takes it away. */
    private void stub(Path path, boolean folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = path; at != null && root.relativize(at).getNameCount() > 1; at = at.getParent()) {
            boolean there = Files.exists(at, LinkOption.NOFOLLOW_LINKS);
            if (there && !run.stubOfAnother(at)) {
                break;
            }
            run.rememberStub(at);
            if (!there) {
                missing.add(0, at);
            }
        }
        for (Path each : missing) {
            try {
                if (folder || !each.equals(path)) {
                    Files.createDirectory(each);
                } else {
                    Files.createFile(each);
                }
            } catch (FileAlreadyExistsException e) {
                // Another run made it just now, and uses it as this one does.
            }
        }
    }

    private void makeAside(Path inRoot, boolean folder) throws IOException {
        staged = true;
        aside.add(inRoot.getName(0).toString());
        Path path = path().resolve(inRoot.toString());
        if (folder) {
            Files.createDirectories(path);
        } else {
            Files.createDirectories(path.getParent() == null ? path : path.getParent());
            if (!Files.exists(path)) {
                Files.createFile(path);
            }
        }
    }

    private void bindAllInto(Path seen) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
            for (Path child : children) {
                Path target = seen.resolve(String.valueOf(child.getFileName()));
                if (Files.isSymbolicLink(child)) {
                    Files.createSymbolicLink(target, Files.readSymbolicLink(child));
                    continue;
                } else if (Files.isDirectory(child)) {
                    Files.createDirectory(target);
                } else {
                    Files.createFile(target);
                }
                mounts.bind(child, target);
            }
        }
        String mode = "unix:mode";
        Files.setAttribute(seen, mode, Files.getAttribute(root, mode));
    }

    private void overlay(LaunchPlan plan, List<Place> places) throws IOException {
        Path folder = changes.orElseThrow();
        if (!Files.exists(folder.resolve(UPPER))) {
            Files.createDirectories(folder.resolve(UPPER));
            // The upper folder is what the program sees as its root.
            for (String attribute : Surroundings.root() ? List.of("mode", "uid", "gid") : List.of("mode")) {
                Files.setAttribute(
                        folder.resolve(UPPER), "unix:" + attribute, Files.getAttribute(root, "unix:" + attribute));
            }
        }
        RunFolder.delete(folder.resolve(WORK));
        Files.createDirectory(folder.resolve(WORK));
        Path skeleton = Files.createDirectory(run.path().resolve("skeleton"));
        for (Place place : places) {
            InRoot.Found found = InRoot.follow(root, place.target());
            Path inRoot = checked(place, found);
            mounted.add(new Mounted(place, inRoot));
            if (found.attributes().isEmpty()) {
                Path path = skeleton.resolve(inRoot.toString());
                Files.createDirectories(
                        place.folder()
                                ? path
                                : Optional.ofNullable(path.getParent()).orElse(skeleton));
                if (!place.folder() && !Files.exists(path)) {
                    Files.createFile(path);
                }
            }
        }
        Path lower = Files.createDirectory(run.path().resolve("lower"));
        Path upper = Files.createDirectory(run.path().resolve("changes"));
        Files.createDirectory(path());
        mounts.bind(root, lower);
        mounts.bind(folder.toRealPath(), upper);
        // Names of our own, taken from the working directory: in these options commas and colons have a meaning.
        mounts.add(
                "overlay",
                path(),
                "overlay",
                "userxattr,lowerdir=lower:skeleton,upperdir=changes/upper,workdir=changes/work"
                        + (plan.ids() == LaunchPlan.Ids.HOST ? ",nodev" : ""));
    }

    /** Where the root is for whoever starts the program. */
    Path path() {
        return staged ? run.path().resolve("root") : root;
    }

    /** The mounts that make the root; empty if it is the folder itself. */
    MountTable mounts() {
        return mounts;
    }

    boolean staged() {
        return staged;
    }

    /** The places as they were found, in the order in which they are to be mounted. */
    List<Mounted> mounted() {
        return mounted;
    }

    Optional<Path> changed() {
        return changes.map(folder -> folder.resolve(UPPER));
    }

    /** Brings what the program made directly below a root made aside to where it belongs, and takes an overlay's tools away. */
    void finish(LaunchPlan.Ids ids) throws IOException {
        if (changes.isPresent()) {
            RunFolder.delete(changes.get().resolve(WORK));
        }
        if (aside.isEmpty()) {
            return;
        }
        List<String> made = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path())) {
            for (Path child : children) {
                String name = String.valueOf(child.getFileName());
                if (!aside.contains(name) && !Files.exists(root.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                    made.add(child.toString());
                }
            }
        }
        if (!made.isEmpty()) {
            List<String> command = new ArrayList<>(List.of(
                    HostProgram.find("mv").map(Path::toString).orElse("/bin/mv"), "-n", "-t", root.toString(), "--"));
            command.addAll(made);
            HostProgram.Outcome moved = HostProgram.run(
                    ids == LaunchPlan.Ids.SUBORDINATE ? SubordinateIds.inNamespace(command) : command,
                    java.time.Duration.ofMinutes(10));
            if (moved.exitCode() != 0) {
                throw new IOException("cannot bring what the program made to " + root + ": " + moved.out());
            }
        }
    }
}
