package dev.lading.registry;

import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.Reference;
import dev.lading.oci.content.Document;
import dev.lading.registry.internal.http.WireAnswer;
import dev.lading.registry.internal.http.WireBody;
import dev.lading.registry.internal.http.WireRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names and documents of one repository (distribution-spec, «Pulling manifests», «Pushing Manifests»). */
final class Manifests {
    private static final List<MediaType> TYPES = List.of(
            MediaType.OCI_INDEX, MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST_LIST, MediaType.DOCKER_MANIFEST);

    private final Exchange exchange;
    private final String repository;
    private final String place;

    /**
     * @param repository the path
     * @param place registry and path, for messages
     */
    Manifests(Exchange exchange, String repository, String place) {
        this.exchange = exchange;
        this.repository = repository;
        this.place = place;
    }

    /** Returns the Accept header for a document: its own type first, for a registry may convert what is not asked for. */
    static String accept(Optional<MediaType> wanted) {
        return Stream.concat(wanted.stream(), TYPES.stream())
                .distinct()
                .map(MediaType::value)
                .collect(Collectors.joining(", "));
    }

    private WireRequest request(String method, String name) {
        return WireRequest.of(method, exchange.endpoint().url(repository + "/manifests/" + name));
    }

    Optional<Descriptor> find(String name) {
        return find(name, exchange.attempts());
    }

    private Optional<Descriptor> find(String name, Attempts attempts) {
        Optional<Digest> wanted = Optional.empty();
        if (!Reference.isTag(name)) {
            if (name.indexOf(':') < 0) {
                throw new InvalidInputException("«" + ErrorBody.shown(name) + "» is neither a tag nor a digest; "
                        + place + " is asked by these.");
            }
            wanted = Optional.of(Digest.parse(name));
        }
        String what = "find " + shown(name);
        WireRequest head = request("HEAD", name).with("Accept", accept(Optional.empty()));
        try (WireAnswer answer = exchange.send(what, head, attempts)) {
            if (answer.status() == 404) {
                return Optional.empty();
            }
            boolean noHead = answer.status() == 405 || answer.status() == 501;
            if (answer.status() != 200 && !noHead) {
                throw exchange.refused(what, answer, attempts);
            }
            Optional<Descriptor> said = noHead ? Optional.empty() : said(what, answer, wanted, attempts);
            if (said.isPresent()) {
                return said;
            }
        }
        return findByReading(what, name, wanted, attempts);
    }

    /** What a HEAD says; empty if it does not say all. Several registries and every static host leave the digest out. */
    private Optional<Descriptor> said(String what, WireAnswer answer, Optional<Digest> wanted, Attempts attempts) {
        List<Digest> digests = answer.headers("Docker-Content-Digest").stream()
                .flatMap(text -> Exchange.digest(text).stream())
                .distinct()
                .toList();
        OptionalLong length = answer.length();
        if (length.isEmpty() || answer.header("Content-Type").isEmpty()) {
            return Optional.empty();
        }
        MediaType type = type(what, answer, attempts);
        if (wanted.isPresent()) {
            Descriptor asked = Descriptor.of(type, wanted.get(), length.getAsLong());
            Exchange.checkDigestHeader(answer, asked);
            return digests.contains(wanted.get()) ? Optional.of(asked) : Optional.empty();
        }
        return digests.size() == 1
                ? Optional.of(Descriptor.of(type, digests.get(0), length.getAsLong()))
                : Optional.empty();
    }

    private MediaType type(String what, WireAnswer answer, Attempts attempts) {
        String text = answer.header("Content-Type").orElse("");
        int semicolon = text.indexOf(';');
        String bare = (semicolon < 0 ? text : text.substring(0, semicolon)).strip();
        // What any web page may be is no manifest's type; a type is never guessed from the body.
        if (bare.isEmpty() || bare.startsWith("text/") || bare.equals("application/octet-stream")) {
            answer.close();
            throw exchange.unexpected(
                    what,
                    answer,
                    attempts,
                    "its type «" + ErrorBody.shown(bare)
                            + "» is no manifest's. Perhaps a proxy or a login page answers in the registry's place");
        }
        try {
            return new MediaType(bare);
        } catch (InvalidInputException e) {
            answer.close();
            throw exchange.unexpected(what, answer, attempts, "its type is none: " + e.getMessage());
        }
    }

    private Optional<Descriptor> findByReading(String what, String name, Optional<Digest> wanted, Attempts attempts) {
        WireRequest get = request("GET", name).with("Accept", accept(Optional.empty()));
        while (true) {
            try (WireAnswer answer = exchange.send(what, get, attempts)) {
                if (answer.status() == 404) {
                    return Optional.empty();
                } else if (answer.status() != 200) {
                    throw exchange.refused(what, answer, attempts);
                }
                MediaType type = type(what, answer, attempts);
                byte[] bytes;
                try {
                    bytes = answer.read(Manifest.MAX_BYTES + 1);
                } catch (IOException e) {
                    exchange.failed(what, e, attempts);
                    continue;
                }
                if (bytes.length > Manifest.MAX_BYTES) {
                    throw new InvalidInputException("cannot " + what + ": it is larger than the " + Manifest.MAX_BYTES
                            + " bytes a manifest or index may have.");
                }
                return Optional.of(computed(answer, type, bytes, wanted));
            }
        }
    }

    private static Descriptor computed(WireAnswer answer, MediaType type, byte[] bytes, Optional<Digest> wanted) {
        Digest.Algorithm algorithm = wanted.map(Digest::algorithm).orElse(Digest.Algorithm.SHA256);
        Descriptor found = Descriptor.of(type, Digest.of(algorithm, bytes), bytes.length);
        if (wanted.isPresent() && !found.digest().equals(wanted.get())) {
            throw new ContentMismatchException(
                    Descriptor.of(type, wanted.get(), bytes.length), "its digest is " + found.digest());
        }
        Exchange.checkDigestHeader(answer, found);
        return found;
    }

    /** Writes a document under its digest or a tag. */
    void put(Document document, String name) {
        Descriptor descriptor = document.descriptor();
        String what = "write " + descriptor.digest()
                + (name.equals(descriptor.digest().toString()) ? " to " + place : " as " + shown(name));
        WireRequest put = request("PUT", name)
                .with("Content-Type", descriptor.mediaType().value())
                .with(WireBody.of(document.bytes()));
        Attempts attempts = exchange.attempts();
        while (true) {
            Optional<WireAnswer> sent = exchange.attempt(what, put, attempts);
            if (sent.isEmpty()) {
                // The answer may be what was lost; where tags cannot be changed a second PUT would be refused.
                if (names(name, descriptor, attempts)) {
                    return;
                }
                continue;
            }
            try (WireAnswer answer = sent.get()) {
                accepted(what, answer, name, descriptor, attempts);
                return;
            }
        }
    }

    private boolean names(String name, Descriptor descriptor, Attempts attempts) {
        return find(name, attempts).map(Descriptor::digest).equals(Optional.of(descriptor.digest()));
    }

    private void accepted(String what, WireAnswer answer, String name, Descriptor descriptor, Attempts attempts) {
        int status = answer.status();
        if (status == 409) {
            LadingException conflict = exchange.refused(what, answer, attempts);
            if (!names(name, descriptor, attempts)) {
                throw conflict;
            }
            return;
        }
        if (status < 200 || status > 299) {
            throw exchange.refused(what, answer, attempts);
        }
        Exchange.checkDigestHeader(answer, descriptor);
        // 201 is the one that means «stored»; a proxy's page answers 200 to everything.
        if (status != 201 && !names(name, descriptor, attempts)) {
            throw exchange.unexpected(what, answer, attempts, "yet it is not there");
        }
    }

    private String shown(String name) {
        return place + (Reference.isTag(name) ? ":" : "@") + name;
    }
}
