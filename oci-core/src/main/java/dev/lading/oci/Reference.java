package dev.lading.oci;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image in a registry: {@code registry[:port]/repository[:tag][@digest]}.
 *
 * <p>{@link #parse} is strict: it takes full names and never guesses a registry or a tag. {@link #parseFamiliar} reads
 * short names as Docker does. A tag and a digest may stand together; the digest decides.
 *
 * @param registry host, or host:port, the host in lower case
 * @param repository the path below the registry
 * @param tag the tag, if one is named
 * @param digest the digest, if one is named
 */
public record Reference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
    private static final int MAX_NAME = 255;
    private static final String HOST_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private static final Pattern REGISTRY =
            Pattern.compile("(?:" + HOST_PART + "(?:\\." + HOST_PART + ")*|\\[[a-fA-F0-9:]+])(?::[0-9]{1,5})?");
    private static final Pattern PATH_PART = Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final String HUB = "docker.io";

    /**
     * Makes a reference from its parts.
     *
     * @throws InvalidInputException if a part breaks its grammar
     */
    public Reference {
        Objects.requireNonNull(tag);
        Objects.requireNonNull(digest);
        if (!REGISTRY.matcher(registry).matches()) {
            throw refused(registry, "is not a registry's host or host:port");
        }
        registry = registry.toLowerCase(Locale.ROOT);
        for (String part : repository.split("/", -1)) {
            if (!PATH_PART.matcher(part).matches()) {
                String why = part.isEmpty()
                        ? "has an empty part between slashes"
                        : part.equals(part.toLowerCase(Locale.ROOT))
                                ? "has the part «" + Printable.shown(part)
                                        + "», which is not letters and digits joined by single . _ __ or dashes"
                                : "has upper-case letters; repository names are lower case, such as «"
                                        + Printable.shown(part.toLowerCase(Locale.ROOT)) + "»";
                throw refused(repository, "is not a repository's path: it " + why);
            }
        }
        if (registry.length() + 1 + repository.length() > MAX_NAME) {
            throw refused(repository, "makes a name of more than " + MAX_NAME + " characters");
        }
        tag.ifPresent(Reference::checkTag);
    }

    private static InvalidInputException refused(String text, String why) {
        return new InvalidInputException("«" + Printable.shown(text) + "» " + why);
    }

    private static void checkTag(String tag) {
        if (!isTag(tag)) {
            throw refused(tag, "is not a tag: up to 128 letters, digits, _ . and -, not beginning with . or -");
        }
    }

    /**
     * Says whether a text is a tag by grammar (distribution-spec, «Pulling manifests»).
     *
     * @param text the text
     * @return true if it is
     */
    public static boolean isTag(String text) {
        return TAG.matcher(text).matches();
    }

    /**
     * Makes the reference of a repository.
     *
     * @param registry host or host:port
     * @param repository the path
     * @return the reference, without tag and digest
     * @throws InvalidInputException if a part breaks its grammar
     */
    public static Reference of(String registry, String repository) {
        return new Reference(registry, repository, Optional.empty(), Optional.empty());
    }

    /**
     * Reads a full name.
     *
     * @param text {@code registry[:port]/repository[:tag][@digest]}
     * @return the reference
     * @throws InvalidInputException if a part breaks its grammar, or the registry is missing; the message says which
     * @throws UnsupportedException if the digest is neither sha256 nor sha512
     */
    public static Reference parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !namesRegistry(text.substring(0, slash))) {
            throw new InvalidInputException("«" + Printable.shown(text)
                    + "» names no registry; write registry/repository, such as docker.io/library/"
                    + Printable.shown(slash < 0 ? text : text.substring(slash + 1)));
        }
        return split(text.substring(0, slash), text.substring(slash + 1));
    }

    /**
     * Reads a name as Docker does: without registry it is Docker Hub's, there without a slash in {@code library/}, and
     * without tag and digest it has the tag {@code latest}.
     *
     * @param text the name, short or full
     * @return the full reference
     * @throws InvalidInputException if a part breaks its grammar, or the text is 64 hexadecimal digits
     * @throws UnsupportedException if the digest is neither sha256 nor sha512
     */
    public static Reference parseFamiliar(String text) {
        if (IDENTIFIER.matcher(text).matches()) {
            throw refused(text, "is an identifier of 64 hexadecimal digits, not a name");
        }
        int slash = text.indexOf('/');
        Reference read;
        if (slash >= 0 && namesRegistry(text.substring(0, slash))) {
            String registry = text.substring(0, slash);
            String rest = text.substring(slash + 1);
            boolean hub = registry.equals(HUB) || registry.equals("index.docker.io");
            read = hub ? split(HUB, rest.contains("/") ? rest : "library/" + rest) : split(registry, rest);
        } else {
            read = split(HUB, slash < 0 ? "library/" + text : text);
        }
        return read.tag.isPresent() || read.digest.isPresent() ? read : read.withTag("latest");
    }

    /** Docker's rule: the first part is a registry if it has a dot or a colon, is localhost, or has upper case. */
    private static boolean namesRegistry(String first) {
        return first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
    }

    private static Reference split(String registry, String rest) {
        String name = rest;
        Optional<Digest> digest = Optional.empty();
        int at = name.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(Digest.parse(name.substring(at + 1)));
            name = name.substring(0, at);
        }
        Optional<String> tag = Optional.empty();
        int colon = name.indexOf(':');
        if (colon >= 0) {
            tag = Optional.of(name.substring(colon + 1));
            name = name.substring(0, colon);
        }
        return new Reference(registry, name, tag, digest);
    }

    /**
     * Returns what a place is asked for: the digest if there is one, else the tag.
     *
     * @return the name within the repository, or empty if neither is there
     */
    public Optional<String> name() {
        return digest.map(Digest::toString).or(() -> tag);
    }

    /**
     * Returns this reference with another tag.
     *
     * @param newTag the tag
     * @return the new reference
     * @throws InvalidInputException if it is not a tag
     */
    public Reference withTag(String newTag) {
        return new Reference(registry, repository, Optional.of(newTag), digest);
    }

    /**
     * Returns this reference with a digest.
     *
     * @param newDigest the digest
     * @return the new reference
     */
    public Reference withDigest(Digest newDigest) {
        return new Reference(registry, repository, tag, Optional.of(newDigest));
    }

    /** Returns the full name, which {@link #parse} reads back. */
    @Override
    public String toString() {
        return registry + "/" + repository + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }
}
