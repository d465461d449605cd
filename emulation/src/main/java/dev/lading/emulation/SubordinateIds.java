package dev.lading.emulation;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The identifiers that an administrator has given to a user beside his own (subuid(5), subgid(5)). Two programs with rights,
 * {@code newuidmap} and {@code newgidmap}, map them into a user namespace; {@code unshare} starts them.
 */
final class SubordinateIds {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLEARING_PATIENCE = Duration.ofMinutes(10);

    /** Root is the caller, and from 1 on there are as many as he was given. */
    static final List<String> OPTIONS = List.of("--map-root-user", "--map-auto");

    private SubordinateIds() {}

    /** Tries to map them; says what hinders it. */
    static Optional<Obstacle> obstacle() {
        if (!installed()) {
            return Optional.of(
                    new Obstacle("this host lacks «newuidmap» and «newgidmap»", "install the package uidmap"));
        }
        HostProgram.Outcome outcome =
                HostProgram.run(inNamespace(List.of(Stage.tool("cat"), "/proc/self/uid_map")), PATIENCE);
        if (outcome.exitCode() == 0 && outcome.out().lines().count() > 1) {
            return Optional.empty();
        }
        return Optional.of(new Obstacle(
                "no subordinate identifiers can be taken ("
                        + outcome.out().strip().replace('\n', ' ') + ")",
                remedy(System.getProperty("user.name", "?"))));
    }

    /** Java's name for a user without an account is a question mark. */
    static String remedy(String user) {
        boolean nameless = user.equals("?");
        return "as root: " + (nameless ? "give this user an account (/etc/passwd), and then: " : "")
                + "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + (nameless ? "NAME" : user);
    }

    private static boolean installed() {
        return List.of("newuidmap", "newgidmap", "unshare").stream()
                .allMatch(name -> HostProgram.find(name).isPresent());
    }

    /** A command among these identifiers. */
    static List<String> inNamespace(List<String> command) {
        List<String> words = new ArrayList<>(List.of(Stage.tool("unshare"), "--user"));
        words.addAll(OPTIONS);
        words.add("--");
        words.addAll(command);
        return words;
    }

    /** Removes a tree with files of theirs, which the caller may not remove by himself. */
    static boolean remove(Path tree) {
        return !Surroundings.administers()
                && installed()
                && HostProgram.run(
                                        inNamespace(List.of(Stage.tool("rm"), "-rf", "--", tree.toString())),
                                        CLEARING_PATIENCE)
                                .exitCode()
                        == 0;
    }
}
