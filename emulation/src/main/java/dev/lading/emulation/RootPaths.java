package dev.lading.emulation;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds files as a process would whose root is a folder: links are followed within that folder, and nothing leads out of it
 * (path_resolution(7)).
 */
final class RootPaths {
    /** As the kernel has it. */
    private static final int MAX_LINKS = 40;

    private final Path root;

    RootPaths(Path root) {
        this.root = root;
    }

    /**
     * Where a path leads.
     *
     * @param path the path within the root, without links
     * @param host where that is on the host
     * @param errno why there is nothing; empty if there is something
     * @param broken the link that leads nowhere and its target, if that is why
     */
    record Place(String path, Path host, Optional<ExecDiagnosis.Errno> errno, Optional<String> broken) {
        boolean found() {
            return errno.isEmpty();
        }
    }

    /**
     * Follows a path.
     *
     * @param path the path, absolute or from the working directory
     * @param workingDirectory where a relative path begins
     */
    Place follow(String path, String workingDirectory) {
        Deque<String> left = new ArrayDeque<>();
        push(left, path.startsWith("/") ? path : workingDirectory + "/" + path);
        Deque<String> done = new ArrayDeque<>();
        int links = 0;
        Optional<String> lastLink = Optional.empty();
        while (!left.isEmpty()) {
            String name = left.pop();
            if (name.equals("..")) {
                done.pollLast();
                continue;
            }
            done.addLast(name);
            Path here = host(done);
            if (here == null) {
                return failed(done, root, ExecDiagnosis.Errno.ENOENT, lastLink);
            }
            if (Files.isSymbolicLink(here)) {
                if (++links > MAX_LINKS) {
                    return failed(done, here, ExecDiagnosis.Errno.ELOOP, lastLink);
                }
                String target = target(here);
                lastLink = Optional.of(text(done) + " → " + target);
                done.pollLast();
                if (target.startsWith("/")) {
                    done.clear();
                }
                push(left, target);
            } else if (!Files.exists(here, LinkOption.NOFOLLOW_LINKS)) {
                return failed(done, here, why(here), lastLink);
            } else if (!left.isEmpty() && !Files.isDirectory(here, LinkOption.NOFOLLOW_LINKS)) {
                return failed(done, here, ExecDiagnosis.Errno.ENOTDIR, lastLink);
            }
        }
        Path here = host(done);
        return new Place(text(done), here == null ? root : here, Optional.empty(), Optional.empty());
    }

    /** Why something is not seen: it is not there, or this process may not search the folder it is in. */
    private static ExecDiagnosis.Errno why(Path here) {
        try {
            Files.readAttributes(here, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            return ExecDiagnosis.Errno.EACCES;
        } catch (IOException e) {
            return ExecDiagnosis.Errno.ENOENT;
        }
        return ExecDiagnosis.Errno.ENOENT;
    }

    private static Place failed(Deque<String> done, Path here, ExecDiagnosis.Errno errno, Optional<String> link) {
        return new Place(text(done), here, Optional.of(errno), link);
    }

    /** The names of a path, in front of those that are left. */
    private static void push(Deque<String> left, String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            if (!names[i].isEmpty() && !names[i].equals(".")) {
                left.push(names[i]);
            }
        }
    }

    private static String text(Deque<String> names) {
        return "/" + String.join("/", names);
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Null where the host has no such path, for want of a character or because of a zero byte. */
    private @Nullable Path host(Deque<String> names) {
        try {
            Path at = root;
            for (String name : names) {
                at = at.resolve(name);
            }
            return at;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
