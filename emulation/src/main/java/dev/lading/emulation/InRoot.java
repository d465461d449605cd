package dev.lading.emulation;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Names inside a root file system, found as a program in it would find them: a symbolic link's absolute target begins at the
 * root, and {@code ..} does not leave it. The root must not be changed by others meanwhile.
 */
final class InRoot {
    /** Linux gives up after as many links (path_resolution(7)). */
    private static final int MAX_LINKS = 40;

    private InRoot() {}

    /**
     * What a name leads to.
     *
     * @param path where it is on the host, free of links below the root; what is missing of it is appended as it is written
     * @param attributes the attributes of what is there, or empty if it is missing
     */
    record Found(Path path, Optional<BasicFileAttributes> attributes) {
        boolean isFolder() {
            return attributes.filter(BasicFileAttributes::isDirectory).isPresent();
        }

        boolean isFile() {
            return attributes.filter(BasicFileAttributes::isRegularFile).isPresent();
        }
    }

    /**
     * Follows a name.
     *
     * @param root the root
     * @param name the name inside it, with or without a leading slash
     * @return what it leads to
     * @throws InvalidInputException if links lead in a circle, or the name holds what no name of a file on this host can
     * @throws LadingException of another kind if the root cannot be read
     */
    static Found follow(Path root, String name) {
        Deque<String> todo = new ArrayDeque<>();
        push(todo, name);
        Path at = root;
        int links = 0;
        while (!todo.isEmpty()) {
            String step = todo.pop();
            if (step.isEmpty() || step.equals(".")) {
                continue;
            }
            if (step.equals("..")) {
                at = at.equals(root) ? root : parent(at);
                continue;
            }
            // Also below what is missing: a «..» may lead back to what is there, be it a link.
            Path next = step(at, step, name);
            if (look(next).filter(BasicFileAttributes::isSymbolicLink).isPresent()) {
                if (++links > MAX_LINKS) {
                    throw new InvalidInputException("the name " + name + " in " + root + " leads through more than "
                            + MAX_LINKS + " symbolic links; do the links form a circle?");
                }
                String target = target(next);
                if (target.startsWith("/")) {
                    at = root;
                }
                push(todo, target);
            } else {
                at = next;
            }
        }
        return new Found(at, look(at));
    }

    private static Path step(Path at, String step, String name) {
        try {
            return at.resolve(step);
        } catch (InvalidPathException e) {
            throw new InvalidInputException(
                    "no file on this host can have the name " + name.replace("\0", "\\0") + ": " + e.getReason(), e);
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static void push(Deque<String> todo, String name) {
        String[] steps = name.split("/", -1);
        for (int i = steps.length - 1; i >= 0; i--) {
            todo.push(steps[i]);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw LadingException.from("cannot read the link " + link, e);
        }
    }

    private static Optional<BasicFileAttributes> look(Path path) {
        try {
            return Optional.of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            // A file where a folder is wanted is «missing» as well; a folder that may not be searched shows nothing.
            return Optional.empty();
        }
    }
}
