package dev.lading.testkit;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Blobs, whole or by one range (distribution-spec, «Pulling blobs»; RFC 9110, 14.2). */
final class BlobRoutes {
    private static final MediaType BYTES = new MediaType("application/octet-stream");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

    private final Map<String, HostedStore> stores;

    BlobRoutes(Map<String, HostedStore> stores) {
        this.stores = stores;
    }

    void get(HttpExchange exchange, String repository, Digest digest) throws IOException, Refused {
        Optional<Content> found = find(Routes.known(stores, repository), digest);
        if (found.isEmpty()) {
            throw unknown(digest);
        }
        try {
            send(exchange, digest, found.get());
        } catch (NotFoundException e) {
            throw unknown(digest);
        }
    }

    private static Refused unknown(Digest digest) {
        return new Refused(404, "BLOB_UNKNOWN", "there is no blob " + digest);
    }

    /** A request has only the digest; places find content by that alone. */
    private static Optional<Content> find(HostedStore store, Digest digest) {
        try {
            return Optional.of(store.fetch(Descriptor.of(BYTES, digest, 0), Role.BLOB));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    private static void send(HttpExchange exchange, Digest digest, Content content) throws IOException, Refused {
        long size = content.size();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", BYTES.value());
        headers.put("Docker-Content-Digest", digest.toString());
        headers.put("Accept-Ranges", "bytes");
        // A range is for GET alone, and with If-Range needs a validator, which no blob here has.
        boolean whole =
                !exchange.method().equals("GET") || exchange.header("if-range").isPresent();
        Matcher range = RANGE.matcher(whole ? "" : exchange.header("range").orElse(""));
        // What is no single range is no error: the whole is the right answer to it.
        if (!range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) {
            try (InputStream in = Routes.opened(content, 0)) {
                exchange.answer(200, headers, in, size);
            }
            return;
        }
        boolean suffix = range.group(1).isEmpty();
        long from = suffix ? Math.max(0, size - Long.parseLong(range.group(2))) : Long.parseLong(range.group(1));
        long to = suffix || range.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
        if (from > to) {
            throw new Refused(
                    416,
                    "RANGE_INVALID",
                    "the blob has " + size + " bytes",
                    Map.of("Content-Range", "bytes */" + size));
        }
        headers.put("Content-Range", "bytes " + from + "-" + to + "/" + size);
        try (InputStream in = Routes.opened(content, from)) {
            exchange.answer(206, headers, in, to - from + 1);
        }
    }

    /** Takes a blob over from another repository of this registry; false if it is not there. */
    boolean mount(String repository, Digest digest, String from) {
        HostedStore origin = stores.get(from);
        Optional<Content> there = origin == null ? Optional.empty() : find(origin, digest);
        if (origin == null || there.isEmpty()) {
            return false;
        }
        Descriptor descriptor = Descriptor.of(BYTES, digest, there.get().size());
        HostedStore store = LocalRegistry.hosted(stores, repository);
        if (!store.exists(descriptor, Role.BLOB)) {
            store.put(origin.blob(descriptor));
        }
        return true;
    }

    static void created(HttpExchange exchange, String repository, Digest digest) throws IOException {
        exchange.answer(
                201,
                Map.of(
                        "Location",
                        "/v2/" + repository + "/blobs/" + digest,
                        "Docker-Content-Digest",
                        digest.toString()),
                new byte[0]);
    }
}
