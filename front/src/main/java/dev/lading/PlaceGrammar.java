package dev.lading;

import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The grammar of places: what {@link Place} says, carried out. */
final class PlaceGrammar {
    // As containers' reference grammar has it («digest»), so that a digest of an unknown algorithm is refused as one.
    private static final Pattern DIGEST = Pattern.compile(
            "(?:sha256|sha512):[^/\\\\]*" + "|(?!.*[.+_-][.+_-])[a-z0-9][a-z0-9.+_-]*(?<=[a-z0-9]):[0-9a-fA-F]{32,}");
    private static final Pattern IMAGE_ID = Pattern.compile("(?:sha256:)?[a-f0-9]{64}");
    private static final List<String> KINDS =
            List.of("oci:", "oci-archive:", "docker-archive:", "daemon:", "docker-daemon:");

    private PlaceGrammar() {}

    static Place parse(String word) {
        if (word.startsWith("oci-layout://")) {
            return layout(word.substring("oci-layout://".length()));
        }
        if (word.startsWith("ocidir://")) {
            return layout(word.substring("ocidir://".length()));
        }
        if (word.startsWith("oci:")) {
            return layout(word.substring("oci:".length()));
        }
        if (word.startsWith("oci-archive:")) {
            PathWords words = split("file", word.substring("oci-archive:".length()));
            return new Place.LayoutTar(words.path, words.tag, words.digest);
        }
        if (word.startsWith("docker-archive:")) {
            return dockerTar(word.substring("docker-archive:".length()));
        }
        if (word.startsWith("docker-daemon:")) {
            return daemon(word.substring("docker-daemon:".length()));
        }
        if (word.startsWith("daemon:")) {
            return daemon(word.substring("daemon:".length()));
        }
        if (word.startsWith("docker://")) {
            return new Place.Remote(Reference.parseFamiliar(word.substring("docker://".length())));
        }
        return remote(word);
    }

    private static Place remote(String word) {
        if (isPath(word)) {
            String hint = hasDrive(word) && word.indexOf('\\') < 0 && word.indexOf('/') < 0
                    ? ", or docker://" + word + " for the name in a registry"
                    : "";
            throw refused(word, "is a path and no image's name; write oci:" + word + " for a layout there" + hint);
        }
        int scheme = word.indexOf("://");
        if (scheme >= 0) {
            throw refused(
                    word,
                    "begins with " + word.substring(0, scheme)
                            + "://, which is no kind of place; write the name alone, or oci: and a folder");
        }
        return new Place.Remote(Reference.parseFamiliar(word));
    }

    private static Place layout(String text) {
        PathWords words = split("folder", text);
        return new Place.Layout(words.path, words.tag, words.digest);
    }

    private static Place dockerTar(String text) {
        if (digestAt(text) >= 0) {
            throw refused(
                    "docker-archive:" + text,
                    "ends in a digest, and a Docker archive knows names only; write docker-archive:FILE:NAME");
        }
        int colon = text.indexOf(':', afterDrive(text));
        if (colon < 0) {
            return new Place.DockerTar(text, Optional.empty());
        }
        if (colon == text.length() - 1) {
            throw refused("docker-archive:" + text, "has no name after the colon; write docker-archive:FILE[:NAME]");
        }
        return new Place.DockerTar(
                text.substring(0, colon), Optional.of(Reference.parseFamiliar(text.substring(colon + 1))));
    }

    private static Place daemon(String name) {
        if (IMAGE_ID.matcher(name).matches()) {
            throw new UnsupportedException(
                    "«" + name + "» is an engine's image ID, which is not looked up; name the image instead");
        }
        return new Place.Daemon(Reference.parseFamiliar(name));
    }

    static boolean isPath(String word) {
        return word.equals(".")
                || word.equals("..")
                || hasDrive(word)
                || List.of("/", "./", "../", "\\", ".\\", "..\\").stream().anyMatch(word::startsWith);
    }

    private static boolean hasDrive(String text) {
        return text.length() >= 2 && text.charAt(1) == ':' && isLetter(text.charAt(0));
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static int afterDrive(String text) {
        return hasDrive(text) ? 2 : 0;
    }

    /** Where a digest's «@» stands, or -1 if the text does not end in a digest. */
    private static int digestAt(String text) {
        int at = text.lastIndexOf('@');
        return at >= 0 && DIGEST.matcher(text.substring(at + 1)).matches() ? at : -1;
    }

    /** The parts of FOLDER[:TAG][@DIGEST] or FILE[:TAG][@DIGEST]. */
    private record PathWords(String path, Optional<String> tag, Optional<Digest> digest) {}

    private static PathWords split(String what, String text) {
        String rest = text;
        Optional<Digest> digest = Optional.empty();
        int at = digestAt(rest);
        if (at >= 0) {
            digest = Optional.of(Digest.parse(rest.substring(at + 1)));
            rest = rest.substring(0, at);
        }
        Optional<String> tag = Optional.empty();
        int colon = rest.lastIndexOf(':');
        if (colon >= afterDrive(rest)) {
            String last = rest.substring(colon + 1);
            if (last.isEmpty()) {
                throw refused(
                        text,
                        "has no tag after its last colon; leave the colon out, or end the " + what
                                + " with a / if the colon is part of its name");
            }
            if (Reference.isTag(last)) {
                tag = Optional.of(last);
                rest = rest.substring(0, colon);
            }
        }
        checkPath(what, rest);
        return new PathWords(rest, tag, digest);
    }

    private static void checkPath(String what, String path) {
        if (path.isEmpty()) {
            throw new InvalidInputException("the name of the " + what + " is empty; write it after the colon");
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            throw refused(path, "has a control character, which no name of a " + what + " here may have");
        }
    }

    static String print(String path, Optional<String> tag, Optional<Digest> digest) {
        return path
                + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }

    /** Refuses parts that would be read otherwise once they are printed: parsing is the inverse of printing. */
    static void requireReadable(String what, String path, Optional<String> tag, Optional<Digest> digest) {
        Objects.requireNonNull(path);
        tag.filter(t -> !Reference.isTag(t)).ifPresent(t -> {
            throw refused(t, "is not a tag: up to 128 letters, digits, _ . and -, not beginning with . or -");
        });
        checkPath(what, path);
        if (!split(what, print(path, tag, digest)).equals(new PathWords(path, tag, digest))) {
            throw refused(
                    path,
                    "would be read as something else beside its tag or digest; begin the " + what
                            + " with ./ and end it with /");
        }
    }

    static void requireFile(String file) {
        checkPath("file", file);
        if (file.indexOf(':', afterDrive(file)) >= 0 || digestAt(file) >= 0) {
            throw refused(file, "has a colon, after which a name would be read; rename the file");
        }
    }

    /** The name as it is printed and read back: with its registry, and with a tag or a digest. */
    static Reference full(Reference name) {
        return Reference.parseFamiliar(name.toString());
    }

    static boolean isBareName(String text) {
        return !isPath(text) && KINDS.stream().noneMatch(text::startsWith);
    }

    static Path path(String text) {
        if (hasDrive(text) && FileSystems.getDefault().getSeparator().equals("/")) {
            throw refused(
                    text,
                    "begins with a Windows drive, and this host has none; for a folder of one letter write ./" + text);
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new InvalidInputException("«" + text + "» is no path on this host: " + e.getReason(), e);
        }
    }

    private static InvalidInputException refused(String text, String why) {
        return new InvalidInputException("«" + text + "» " + why);
    }
}
