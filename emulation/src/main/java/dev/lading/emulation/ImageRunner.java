package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Image;
import dev.lading.oci.rootfs.RootFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Runs an image: unpacks its root file system for one run and starts what its configuration says (image-spec, config.md), with
 * its environment, user and working directory. Ports and volumes have no meaning here.
 *
 * <p>An immutable description that {@link #run} carries out. What the program changes is gone after the run. With root's rights
 * files have their owners; without them every file is the caller's, who is root inside.
 *
 * <p>Safe for use by many threads.
 */
public final class ImageRunner {
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private final Image image;
    private final HostExecution host;
    private final UnaryOperator<Launcher> settings;
    private final Optional<List<String>> entrypoint;

    private ImageRunner(
            Image image, HostExecution host, UnaryOperator<Launcher> settings, Optional<List<String>> entrypoint) {
        this.image = image;
        this.host = host;
        this.settings = settings;
        this.entrypoint = entrypoint;
    }

    /**
     * Begins a description.
     *
     * @param image the image, of one platform
     * @param host what this host runs, and how
     * @return a runner of the image as it is configured
     */
    public static ImageRunner of(Image image, HostExecution host) {
        return new ImageRunner(
                Objects.requireNonNull(image),
                Objects.requireNonNull(host),
                UnaryOperator.identity(),
                Optional.empty());
    }

    /**
     * Sets what the image leaves open, or says otherwise: network, mounts, limits, streams, the state folder, variables, the user.
     * The root cannot be set.
     *
     * @param settings what to do with a launcher that is set as the image says
     * @return the runner with it, after those given before
     */
    public ImageRunner with(UnaryOperator<Launcher> settings) {
        Objects.requireNonNull(settings);
        return new ImageRunner(image, host, launcher -> settings.apply(this.settings.apply(launcher)), entrypoint);
    }

    /**
     * Replaces the image's entrypoint; its command then plays no role.
     *
     * @param words the program and its first arguments; none for the arguments alone
     * @return the runner with it
     */
    public ImageRunner entrypoint(List<String> words) {
        return new ImageRunner(image, host, settings, Optional.of(List.copyOf(words)));
    }

    /**
     * Runs the image and waits for its end.
     *
     * @param arguments what replaces the image's command; none leaves it
     * @return how it ended
     * @throws InvalidInputException if there is nothing to start, or the image's configuration or a layer is malformed
     * @throws UnsupportedException if the image's platform does not run here
     * @throws CancelledException if the thread is interrupted, or the time is over; the program and all it started have ended
     * @throws LadingException of another kind as {@link RootFileSystem#unpack} and {@link Launcher#run(List)}
     */
    public RunResult run(List<String> arguments) {
        List<String> argv = argv(arguments);
        Launcher launcher = settings.apply(configured());
        LaunchSpec spec = launcher.spec();
        // Before anything is fetched.
        if (host.of(spec.platform) instanceof Execution.Impossible impossible) {
            throw new UnsupportedException(image + " is for " + spec.platform + ", which does not run here: "
                    + impossible.reason() + ". What would change that: " + impossible.remedy());
        }
        if (spec.network == Network.HOST && spec.resolvConf.isEmpty() && Files.isReadable(RESOLV_CONF)) {
            launcher = launcher.resolvConf(RESOLV_CONF);
        }
        try (RunFolder folder = RunFolder.create(spec.state)) {
            Path root = folder.path().resolve("image");
            RootFileSystem unpacked = RootFileSystem.of(image);
            (Surroundings.givesAway() ? unpacked.withOwners() : unpacked).unpack(root);
            makeWorkingDirectory(root, spec.workingDirectory);
            return launcher.root(root).run(argv);
        }
    }

    private List<String> argv(List<String> arguments) {
        List<String> argv =
                new ArrayList<>(entrypoint.orElseGet(() -> image.config().entrypoint()));
        if (!arguments.isEmpty()) {
            argv.addAll(arguments);
        } else if (entrypoint.isEmpty()) {
            argv.addAll(image.config().command());
        }
        if (argv.isEmpty()) {
            throw new InvalidInputException(image + " has neither an entrypoint nor a command; say what to run in it");
        }
        return argv;
    }

    private Launcher configured() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String variable : image.config().environment()) {
            int equals = variable.indexOf('=');
            if (equals > 0) {
                environment.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
        return Launcher.on(host)
                .platform(image.platform())
                .environment(environment)
                .user(image.config().user().orElse(""))
                .workingDirectory(image.config()
                        .workingDirectory()
                        .filter(w -> !w.isEmpty())
                        .orElse("/"));
    }

    /** As Docker does: images name folders that no layer has. */
    private static void makeWorkingDirectory(Path root, String name) {
        InRoot.Found found = InRoot.follow(root, name);
        if (found.attributes().isEmpty()) {
            try {
                Files.createDirectories(found.path());
            } catch (IOException e) {
                throw LadingException.from("cannot make the working directory " + name + " in " + root, e);
            }
        }
    }
}
