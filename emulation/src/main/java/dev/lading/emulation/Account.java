package dev.lading.emulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who a program runs as.
 *
 * @param userId the user's number
 * @param groupId the number of its first group
 * @param groups the numbers of all its groups, the first among them, ascending
 * @param home its home folder inside the root
 */
record Account(long userId, long groupId, List<Long> groups, String home) {
    /** The greatest that stands for somebody; the next one means «no one» to the kernel. */
    static final long MAX_ID = 4_294_967_294L;

    /** A larger file of accounts is hostile, or not one. */
    private static final int MAX_FILE_BYTES = 1024 * 1024;

    private static final int FIELDS_OF_PASSWD = 6;
    private static final int FIELDS_OF_GROUP = 4;

    /**
     * Looks a user up in the root's {@code /etc/passwd} and {@code /etc/group}, as the image specification has it: {@code
     * user}, {@code user:group}, each a name or a number (config.md, «User»). A name comes before a number.
     *
     * @param root the root
     * @param wanted who; empty for root
     * @return the account
     * @throws InvalidInputException if a number is no identifier, or a file of accounts is none
     * @throws NotFoundException if a name is not there
     */
    static Account in(Path root, String wanted) {
        int colon = wanted.indexOf(':');
        String user = colon < 0 ? wanted : wanted.substring(0, colon);
        String group = colon < 0 ? "" : wanted.substring(colon + 1);
        if (user.isEmpty() && !group.isEmpty() || colon >= 0 && group.isEmpty()) {
            throw new InvalidInputException("the user «" + wanted + "» is neither USER nor USER:GROUP");
        }
        List<String[]> users = read(root, "passwd", FIELDS_OF_PASSWD);
        List<String[]> groups = read(root, "group", FIELDS_OF_GROUP);
        String sought = user.isEmpty() ? "0" : user;
        Optional<String[]> entry = find(users, sought);
        long uid = entry.map(fields -> id(fields[2], "passwd", root)).orElseGet(() -> number(sought, "user", root));
        long gid = !group.isEmpty()
                ? find(groups, group)
                        .map(fields -> id(fields[2], "group", root))
                        .orElseGet(() -> number(group, "group", root))
                : entry.map(fields -> id(fields[3], "passwd", root)).orElse(0L);
        SortedSet<Long> all = new TreeSet<>();
        // Else a program could give its first group up and gain what is denied to that group.
        all.add(gid);
        if (group.isEmpty() && entry.isPresent()) {
            String name = entry.get()[0];
            groups.stream()
                    .filter(fields -> List.of(fields[3].split(",")).contains(name))
                    .forEach(fields -> all.add(id(fields[2], "group", root)));
        }
        String home =
                entry.map(fields -> fields[5]).filter(h -> h.startsWith("/")).orElse("/");
        return new Account(uid, gid, new ArrayList<>(all), home);
    }

    /** By name, else by the number of the entry. */
    private static Optional<String[]> find(List<String[]> entries, String nameOrNumber) {
        return entries.stream()
                .filter(fields -> fields[0].equals(nameOrNumber))
                .findFirst()
                .or(() -> entries.stream()
                        .filter(fields -> fields[2].equals(nameOrNumber))
                        .findFirst());
    }

    private static long number(String text, String what, Path root) {
        if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new NotFoundException("there is no " + what + " «" + text + "» in " + root + "/etc/"
                    + (what.equals("user") ? "passwd" : "group") + "; name one that is there, or give a number");
        }
        return checked(text, "the " + what + " «" + text + "»");
    }

    private static long id(String text, String file, Path root) {
        return checked(text, "the number «" + text + "» in " + root + "/etc/" + file);
    }

    private static long checked(String text, String what) {
        try {
            long id = Long.parseLong(text);
            if (id >= 0 && id <= MAX_ID) {
                return id;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new InvalidInputException(what + " is no identifier from 0 to " + MAX_ID);
    }

    private static List<String[]> read(Path root, String file, int least) {
        InRoot.Found etc = InRoot.follow(root, "/etc");
        Path path = etc.path().resolve(file);
        // A link could lead anywhere, and a pipe would be waited for: neither is a file of accounts.
        if (!etc.isFolder() || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (InputStream in = Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new InvalidInputException(path + " is larger than " + MAX_FILE_BYTES
                        + " bytes, so it is not read; give the user and the group by number");
            }
            List<String[]> entries = new ArrayList<>();
            for (String line : new String(bytes, ISO_8859_1).split("\n", -1)) {
                String[] fields = line.split(":", -1);
                if (fields.length >= least) {
                    entries.add(fields);
                }
            }
            return entries;
        } catch (IOException e) {
            throw LadingException.from("cannot read " + path, e);
        }
    }
}
