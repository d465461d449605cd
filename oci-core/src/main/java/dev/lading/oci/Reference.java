package dev.lading.oci;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image in a registry: {@code registry[:port]/repository[:tag][@digest]}.
 *
 * <p>{@link #parse} is strict: it takes full names and never guesses a registry or a tag. {@link #parseFamiliar} reads
 * short names as Docker does. A tag and a digest may stand together; the digest decides. The grammar is that of Docker's
 * reference library: a registry is a host name, an IPv4 address or an IPv6 address in brackets, with or without a port;
 * nothing but ASCII, and no case is folded but the registry's.
 *
 * <p>A registry must be recognisable: by a dot, a colon, as {@code localhost}, or by an upper-case letter. Otherwise
 * {@code team/app} would have two meanings.
 *
 * @param registry host, or host:port, in lower case; a host that only its upper-case letters tell from a path keeps them
 * @param repository the path below the registry, at most 255 characters
 * @param tag the tag, if one is named
 * @param digest the digest, if one is named
 */
public record Reference(String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
    // Docker's limit for a repository; also far above any host name (RFC 1035, 2.3.4: 253 in text).
    private static final int MAX_NAME = 255;
    private static final int MAX_TAG = 128;
    private static final int MAX_PORT = 65_535;
    // Parts that neither begin nor end with a dash.
    private static final Pattern HOST =
            Pattern.compile("(?!.*(?:[.-]\\.|\\.-))[a-zA-Z0-9][a-zA-Z0-9.-]*(?<=[a-zA-Z0-9])");
    private static final Pattern BRACKETED = Pattern.compile("\\[[a-fA-F0-9:]+]");
    private static final Pattern PATH_PART = Pattern.compile("[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0," + (MAX_TAG - 1) + "}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final String HUB = "docker.io";
    private static final String OFFICIAL = "library/";
    private static final String DEFAULT_TAG = "latest";

    /**
     * Makes a reference from its parts.
     *
     * @throws InvalidInputException if a part breaks its grammar; the message says which and why
     */
    public Reference {
        Objects.requireNonNull(tag);
        Objects.requireNonNull(digest);
        checkRegistry(registry);
        String lower = Platform.lower(registry);
        registry = namesRegistry(lower) ? lower : registry;
        checkRepository(repository);
        tag.ifPresent(Reference::checkTag);
    }

    private static void checkRegistry(String registry) {
        if (registry.isEmpty()) {
            throw new InvalidInputException("the registry is empty; a name is written registry/repository");
        }
        if (registry.length() > MAX_NAME) {
            throw refused("registry", registry, "is longer than " + MAX_NAME + " characters");
        }
        int colon = registry.startsWith("[") ? registry.indexOf("]:") + 1 : registry.indexOf(':');
        String host = colon > 0 ? registry.substring(0, colon) : registry;
        if (host.startsWith("[")) {
            if (!BRACKETED.matcher(host).matches()) {
                throw refused("registry", registry, "is not an IPv6 address of digits, a to f and colons in brackets");
            }
        } else if (!HOST.matcher(host).matches()) {
            throw refused(
                    "registry",
                    registry,
                    "is not a host: letters, digits and dashes, in parts joined by dots that neither begin nor end with"
                            + " a dash"
                            + (registry.indexOf(':') == registry.lastIndexOf(':')
                                    ? ""
                                    : "; an IPv6 address stands in brackets"));
        }
        if (colon > 0) {
            checkPort(registry, registry.substring(colon + 1));
        }
        if (!namesRegistry(registry)) {
            throw refused(
                    "registry",
                    registry,
                    "cannot be told from a part of a path; write its full domain, or its port as in " + registry
                            + ":443");
        }
    }

    private static void checkPort(String registry, String port) {
        boolean digits = !port.isEmpty();
        int number = 0;
        for (int i = 0; i < port.length(); i++) {
            char c = port.charAt(i);
            digits &= c >= '0' && c <= '9';
            number = Math.min(number * 10 + (c - '0'), MAX_PORT + 1);
        }
        if (!digits || number > MAX_PORT) {
            throw refused("registry", registry, "has a port that is not a number up to " + MAX_PORT);
        }
    }

    private static void checkRepository(String repository) {
        if (repository.isEmpty()) {
            throw new InvalidInputException("the repository is empty; a name is written registry/repository");
        }
        // First, for a pattern that repeats a group matches as deep as the text is long.
        if (repository.length() > MAX_NAME) {
            throw refused(
                    "repository",
                    repository,
                    "is " + repository.length() + " characters long, of " + MAX_NAME + " at most");
        }
        for (String part : repository.split("/", -1)) {
            if (part.isEmpty()) {
                throw refused("repository", repository, "has an empty part beside a slash");
            }
            if (!PATH_PART.matcher(part).matches()) {
                String lower = Platform.lower(part);
                throw refused(
                        "repository",
                        repository,
                        !lower.equals(part) && PATH_PART.matcher(lower).matches()
                                ? "has upper-case letters; a repository is lower case, such as «"
                                        + Printable.shown(Platform.lower(repository)) + "»"
                                : "has the part «" + Printable.shown(part)
                                        + "», which is not lower-case letters and digits joined by one dot, one or two"
                                        + " underscores, or dashes");
            }
        }
    }

    private static InvalidInputException refused(String what, String text, String why) {
        return new InvalidInputException("the " + what + " «" + Printable.shown(text) + "» " + why);
    }

    private static void checkTag(String tag) {
        if (tag.length() > MAX_TAG) {
            throw refused("tag", tag, "is " + tag.length() + " characters long, of " + MAX_TAG + " at most");
        }
        if (!isTag(tag)) {
            throw refused(
                    "tag",
                    tag,
                    tag.isEmpty()
                            ? "is empty"
                            : "is not letters, digits, underscores, dots and dashes with neither a dot nor a dash first");
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
        refuseIdentifier(text);
        int slash = text.indexOf('/');
        if (slash < 0 || !namesRegistry(text.substring(0, slash))) {
            throw new InvalidInputException("the name «" + Printable.shown(text)
                    + "» names no registry; a full name is registry/repository, such"
                    + " as docker.io/library/alpine"
                    + familiar(text).map(full -> "; did you mean " + full + "?").orElse(""));
        }
        return split(text.substring(0, slash), text.substring(slash + 1));
    }

    private static Optional<Reference> familiar(String text) {
        try {
            return Optional.of(parseFamiliar(text));
        } catch (LadingException e) {
            // Then it is no short name either, and there is nothing to suggest.
            return Optional.empty();
        }
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
        refuseIdentifier(text);
        int slash = text.indexOf('/');
        Reference read;
        if (slash >= 0 && namesRegistry(text.substring(0, slash))) {
            String registry = text.substring(0, slash);
            String rest = text.substring(slash + 1);
            boolean hub = registry.equals(HUB) || registry.equals("index.docker.io");
            read = hub ? split(HUB, rest.contains("/") ? rest : OFFICIAL + rest) : split(registry, rest);
        } else {
            read = split(HUB, slash < 0 ? OFFICIAL + text : text);
        }
        return read.tag.isPresent() || read.digest.isPresent() ? read : read.withTag(DEFAULT_TAG);
    }

    private static void refuseIdentifier(String text) {
        if (text.isEmpty()) {
            throw new InvalidInputException("the name is empty");
        }
        if (IDENTIFIER.matcher(text).matches()) {
            throw refused(
                    "name",
                    text,
                    "is an identifier of 64 hexadecimal digits, not a name; a digest is written repository@sha256:…");
        }
    }

    /** Docker's rule: the first part is a registry if it has a dot or a colon, is localhost, or has upper case. */
    private static boolean namesRegistry(String first) {
        return first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(Platform.lower(first));
    }

    private static Reference split(String registry, String rest) {
        String name = rest;
        Optional<Digest> digest = Optional.empty();
        int at = name.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(digest(name.substring(at + 1), registry + "/" + rest));
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

    private static Digest digest(String text, String name) {
        try {
            return Digest.parse(text);
        } catch (InvalidInputException e) {
            throw new InvalidInputException(
                    "the digest of the name «" + Printable.shown(name) + "» is none: " + e.getMessage(), e);
        }
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

    /**
     * Returns the reference of the repository alone.
     *
     * @return this reference without tag and digest
     */
    public Reference withoutName() {
        return of(registry, repository);
    }

    /**
     * Returns the name as Docker's users write it: without Docker Hub's registry and its {@code library/} where
     * {@link #parseFamiliar} puts them back, else in full. Tag and digest stay; {@code latest} is not left out.
     *
     * @return the short name
     */
    public String toFamiliarString() {
        if (!registry.equals(HUB)) {
            return toString();
        }
        String official = repository.startsWith(OFFICIAL) ? repository.substring(OFFICIAL.length()) : repository;
        String shorter = official.contains("/") ? repository : official;
        // A path such as localhost/app, or one of 64 hexadecimal digits, would be taken for something else.
        boolean readsBack = familiar(shorter).map(Reference::withoutName).equals(Optional.of(withoutName()));
        return readsBack ? shorter + suffix() : toString();
    }

    private String suffix() {
        return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
    }

    /** Returns the full name, which {@link #parse} reads back. */
    @Override
    public String toString() {
        return registry + "/" + repository + suffix();
    }
}
