package dev.lading.testkit;

import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Digest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Uploads of blobs: by mount, in one request, or in a session (distribution-spec, «Pushing blobs»). */
final class UploadRoutes {
    private static final Pattern CONTENT_RANGE = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");

    private final Map<String, HostedStore> stores;
    private final Uploads uploads;
    private final BlobRoutes blobs;

    UploadRoutes(Map<String, HostedStore> stores, Uploads uploads, BlobRoutes blobs) {
        this.stores = stores;
        this.uploads = uploads;
        this.blobs = blobs;
    }

    void begin(HttpExchange exchange, String repository) throws IOException, Refused {
        Optional<String> mount = exchange.parameter("mount");
        Optional<String> from = exchange.parameter("from");
        if (mount.isPresent()) {
            Digest digest = Routes.digest(mount.get());
            if (from.isPresent() && blobs.mount(repository, digest, from.get())) {
                BlobRoutes.created(exchange, repository, digest);
                return;
            }
        }
        Optional<String> whole = exchange.parameter("digest");
        if (whole.isPresent() && mount.isEmpty()) {
            Digest digest = Routes.digest(whole.get());
            Uploads.Upload upload = uploads.begin(repository);
            try {
                upload.append(exchange.body());
                LocalRegistry.hosted(stores, repository).put(upload.asBlob(digest));
            } finally {
                // Its client was never told where it is.
                uploads.end(upload);
            }
            BlobRoutes.created(exchange, repository, digest);
            return;
        }
        exchange.answer(202, session(uploads.begin(repository)), new byte[0]);
    }

    private static Map<String, String> session(Uploads.Upload upload) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(
                "Location",
                "/v2/" + upload.repository() + "/blobs/uploads/" + upload.id() + "?_state=" + upload.state());
        // Before the first byte too, as other registries have it: then it says the same as after one byte.
        headers.put("Range", "0-" + Math.max(0, upload.size() - 1));
        headers.put("Docker-Upload-UUID", upload.id());
        return headers;
    }

    private Uploads.Upload find(HttpExchange exchange, String repository, String id) throws IOException, Refused {
        Uploads.Upload upload = uploads.find(repository, id).orElseThrow(UploadRoutes::unknown);
        if (!exchange.parameter("_state").equals(Optional.of(upload.state()))) {
            throw new Refused(
                    400, "BLOB_UPLOAD_INVALID", "the query of the upload's Location is missing; it has to be kept");
        }
        return upload;
    }

    private static Refused unknown() {
        return new Refused(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload");
    }

    /** Waits for the request before, for a client that was cut may come back before the cut is noticed here. */
    private static void enter(Uploads.Upload upload) throws Refused {
        if (!upload.enter()) {
            throw new Refused(409, "BLOB_UPLOAD_INVALID", "another request is still sending to this upload");
        }
        if (!upload.isOpen()) {
            upload.leave();
            throw unknown();
        }
    }

    void status(HttpExchange exchange, String repository, String id) throws IOException, Refused {
        Uploads.Upload upload = find(exchange, repository, id);
        enter(upload);
        try {
            exchange.answer(204, session(upload), new byte[0]);
        } finally {
            upload.leave();
        }
    }

    void cancel(HttpExchange exchange, String repository, String id) throws IOException, Refused {
        Uploads.Upload upload = find(exchange, repository, id);
        enter(upload);
        try {
            uploads.end(upload);
        } finally {
            upload.leave();
        }
        exchange.answer(204, Map.of(), new byte[0]);
    }

    void append(HttpExchange exchange, String repository, String id) throws IOException, Refused {
        Uploads.Upload upload = find(exchange, repository, id);
        enter(upload);
        try {
            receive(exchange, upload);
            exchange.answer(202, session(upload), new byte[0]);
        } finally {
            upload.leave();
        }
    }

    void close(HttpExchange exchange, String repository, String id) throws IOException, Refused {
        Digest digest = Routes.digest(exchange.parameter("digest")
                .orElseThrow(() -> new Refused(400, "DIGEST_INVALID", "a closing PUT says the digest")));
        Uploads.Upload upload = find(exchange, repository, id);
        enter(upload);
        try {
            long before = upload.size();
            receive(exchange, upload);
            try {
                LocalRegistry.hosted(stores, repository).put(upload.asBlob(digest));
            } catch (ContentMismatchException e) {
                // As if the request had not come: the session can still be closed by the right one.
                upload.truncate(before);
                throw e;
            }
            uploads.end(upload);
        } finally {
            upload.leave();
        }
        BlobRoutes.created(exchange, repository, digest);
    }

    /** Takes the body to the end of the upload; one that says where it belongs must be right about it. */
    private static void receive(HttpExchange exchange, Uploads.Upload upload) throws IOException, Refused {
        Optional<String> said = exchange.header("content-range");
        if (said.isEmpty()) {
            upload.append(exchange.body());
            return;
        }
        long before = upload.size();
        Matcher range = CONTENT_RANGE.matcher(said.get());
        if (!range.matches() || Long.parseLong(range.group(1)) != before) {
            throw elsewhere(upload);
        }
        long length = Long.parseLong(range.group(2)) - before + 1;
        Optional<String> announced = exchange.header("content-length");
        if (length < 0 || announced.isPresent() && Long.parseLong(announced.get()) != length) {
            throw elsewhere(upload);
        }
        upload.append(exchange.body());
        if (upload.size() - before != length) {
            upload.truncate(before);
            throw elsewhere(upload);
        }
    }

    private static Refused elsewhere(Uploads.Upload upload) {
        return new Refused(
                416,
                "BLOB_UPLOAD_INVALID",
                "this upload goes on at " + upload.size() + ", and Content-Range says first and last byte",
                session(upload));
    }
}
