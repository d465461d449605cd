package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Role;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The endpoints of the distribution specification over the stores of a registry, one method each. */
final class Routes {
    private static final Pattern ROUTE =
            Pattern.compile("/v2/(.+)/(manifests|blobs|blobs/uploads|tags|referrers)/([^/]*)");
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{1,18})-([0-9]{1,18})?");
    private static final Pattern CONTENT_RANGE = Pattern.compile("(?:bytes )?([0-9]{1,18})-([0-9]{1,18})(?:/.*)?");
    private static final MediaType BYTES = new MediaType("application/octet-stream");

    private final LocalRegistry registry;
    private final Uploads uploads;

    Routes(LocalRegistry registry, Uploads uploads) {
        this.registry = registry;
        this.uploads = uploads;
    }

    /** An answer of the distribution specification's error form. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String code;

        Refused(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    void handle(HttpExchange exchange) throws IOException {
        try {
            route(exchange);
        } catch (Refused e) {
            error(exchange, e.status, e.code, String.valueOf(e.getMessage()));
        } catch (ContentMismatchException e) {
            error(exchange, 400, "DIGEST_INVALID", String.valueOf(e.getMessage()));
        } catch (NotFoundException e) {
            error(exchange, 404, "BLOB_UNKNOWN", String.valueOf(e.getMessage()));
        } catch (InvalidInputException | UnsupportedException e) {
            error(exchange, 400, "UNSUPPORTED", String.valueOf(e.getMessage()));
        } catch (LadingException e) {
            error(exchange, 500, "UNKNOWN", String.valueOf(e.getMessage()));
        }
    }

    private static void error(HttpExchange exchange, int status, String code, String message) throws IOException {
        if (exchange.isAnswered()) {
            throw new IOException("failed in the middle of an answer: " + message);
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("errors").addObject().put("code", code).put("message", message);
        exchange.answer(
                status,
                Map.of("Content-Type", "application/json"),
                body.toString().getBytes(UTF_8));
    }

    private void route(HttpExchange exchange) throws IOException, Refused {
        String path = HttpExchange.decoded(exchange.path());
        if (path.equals("/v2/") || path.equals("/v2")) {
            exchange.answer(200, Map.of("Content-Type", "application/json"), "{}".getBytes(UTF_8));
            return;
        }
        Matcher matcher = ROUTE.matcher(path);
        if (!matcher.matches()) {
            throw new Refused(404, "NAME_UNKNOWN", "there is nothing at this path");
        }
        String repository = matcher.group(1);
        String kind = matcher.group(2);
        String name = matcher.group(3);
        try {
            Reference checked = Reference.of("registry.invalid", repository);
            repository = checked.repository();
        } catch (InvalidInputException e) {
            throw new Refused(400, "NAME_INVALID", String.valueOf(e.getMessage()));
        }
        String method = exchange.method();
        switch (kind + " " + (method.equals("HEAD") ? "GET" : method)) {
            case "manifests GET" -> getManifest(exchange, repository, name);
            case "manifests PUT" -> putManifest(exchange, repository, name);
            case "blobs GET" -> getBlob(exchange, repository, digest(name));
            case "blobs/uploads POST" -> beginUpload(exchange, repository);
            case "blobs/uploads GET" -> uploadStatus(exchange, upload(repository, name));
            case "blobs/uploads PATCH" -> patchUpload(exchange, repository, upload(repository, name));
            case "blobs/uploads PUT" -> putUpload(exchange, repository, upload(repository, name));
            case "blobs/uploads DELETE" -> {
                uploads.end(upload(repository, name));
                exchange.answer(204, Map.of(), new byte[0]);
            }
            case "referrers GET" -> throw new Refused(404, "UNSUPPORTED", "this registry lists no referrers");
            default -> throw new Refused(405, "UNSUPPORTED", method + " is not served here");
        }
    }

    private static Digest digest(String text) throws Refused {
        try {
            return Digest.parse(text);
        } catch (LadingException e) {
            throw new Refused(400, "DIGEST_INVALID", String.valueOf(e.getMessage()));
        }
    }

    private ContentStore known(String repository, String code) throws Refused {
        return registry.knownStore(repository)
                .orElseThrow(() -> new Refused(404, code, "there is no repository " + repository));
    }

    private void getManifest(HttpExchange exchange, String repository, String name) throws IOException, Refused {
        ContentStore store = known(repository, "NAME_UNKNOWN");
        if (!Reference.isTag(name)) {
            digest(name);
        }
        Descriptor descriptor = store.find(name)
                .orElseThrow(() -> new Refused(404, "MANIFEST_UNKNOWN", "there is no manifest " + name));
        byte[] bytes = store.document(descriptor).bytes();
        exchange.answer(
                200,
                Map.of(
                        "Content-Type", descriptor.mediaType().value(),
                        "Docker-Content-Digest", descriptor.digest().toString()),
                bytes);
    }

    private void putManifest(HttpExchange exchange, String repository, String name) throws IOException, Refused {
        byte[] bytes = exchange.body().readNBytes(Manifest.MAX_BYTES + 1);
        if (bytes.length > Manifest.MAX_BYTES) {
            throw new Refused(413, "SIZE_INVALID", "a manifest has at most " + Manifest.MAX_BYTES + " bytes");
        }
        String type = exchange.header("content-type")
                .orElseThrow(() -> new Refused(400, "MANIFEST_INVALID", "a manifest has a Content-Type"));
        int semicolon = type.indexOf(';');
        Document document = Document.of(
                new MediaType(
                        semicolon < 0 ? type : type.substring(0, semicolon).strip()),
                bytes);
        Digest digest = document.descriptor().digest();
        if (!Reference.isTag(name) && !digest(name).equals(digest)) {
            throw new Refused(400, "DIGEST_INVALID", "the manifest's digest is " + digest + ", not " + name);
        }
        ContentStore store = registry.store(repository);
        checkChildren(document, store);
        store.put(document);
        if (Reference.isTag(name)) {
            store.tag(document, name);
        }
        exchange.answer(
                201,
                Map.of(
                        "Location",
                        "/v2/" + repository + "/manifests/" + digest,
                        "Docker-Content-Digest",
                        digest.toString()),
                new byte[0]);
    }

    private static void checkChildren(Document document, ContentStore store) throws Refused {
        MediaType type = document.descriptor().mediaType();
        if (!type.isIndex() && !type.isImageManifest()) {
            return;
        }
        Manifest manifest;
        try {
            manifest = document.manifest();
        } catch (InvalidInputException e) {
            throw new Refused(400, "MANIFEST_INVALID", String.valueOf(e.getMessage()));
        }
        if (manifest instanceof ImageIndex index) {
            for (Descriptor child : index.manifests()) {
                check(child, Role.MANIFEST, store);
            }
        } else if (manifest instanceof ImageManifest image) {
            check(image.config(), Role.BLOB, store);
            for (Descriptor layer : image.layers()) {
                check(layer, Role.BLOB, store);
            }
        }
    }

    private static void check(Descriptor child, Role role, ContentStore store) throws Refused {
        if (!store.exists(child, role)) {
            throw new Refused(
                    400, "MANIFEST_BLOB_UNKNOWN", "the manifest names " + child.digest() + ", which is not here");
        }
    }

    /** A request has only the digest; places find content by that alone. */
    private static Optional<Content> find(ContentStore store, Digest digest) {
        try {
            return Optional.of(store.fetch(Descriptor.of(BYTES, digest, 0), Role.BLOB));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    private void getBlob(HttpExchange exchange, String repository, Digest digest) throws IOException, Refused {
        Content content = find(known(repository, "NAME_UNKNOWN"), digest)
                .orElseThrow(() -> new Refused(404, "BLOB_UNKNOWN", "there is no blob " + digest));
        long size = content.size();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", BYTES.value());
        headers.put("Docker-Content-Digest", digest.toString());
        headers.put("Accept-Ranges", "bytes");
        Matcher range = RANGE.matcher(exchange.header("range").orElse(""));
        if (!range.matches()) {
            try (InputStream in = content.open()) {
                exchange.answer(200, headers, in, size);
            }
            return;
        }
        long from = Long.parseLong(range.group(1));
        long to = range.group(2) == null ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
        if (from >= size || from > to) {
            headers.put("Content-Range", "bytes */" + size);
            exchange.answer(416, headers, new byte[0]);
            return;
        }
        headers.put("Content-Range", "bytes " + from + "-" + to + "/" + size);
        try (InputStream in = content.open(from)) {
            exchange.answer(206, headers, in, to - from + 1);
        }
    }

    private void beginUpload(HttpExchange exchange, String repository) throws IOException, Refused {
        ContentStore store = registry.store(repository);
        Optional<String> mount = exchange.parameter("mount");
        Optional<String> from = exchange.parameter("from");
        if (mount.isPresent() && from.isPresent() && mounted(store, digest(mount.get()), from.get())) {
            created(exchange, repository, digest(mount.get()));
            return;
        }
        Uploads.Upload upload = uploads.begin(repository);
        Optional<String> whole = exchange.parameter("digest");
        if (whole.isPresent()) {
            putUpload(exchange, repository, upload);
            return;
        }
        accepted(exchange, repository, upload);
    }

    private boolean mounted(ContentStore store, Digest digest, String from) {
        Optional<ContentStore> origin = registry.knownStore(from);
        Optional<Content> there = origin.flatMap(place -> find(place, digest));
        if (there.isEmpty()) {
            return false;
        }
        Descriptor descriptor = Descriptor.of(BYTES, digest, there.get().size());
        if (!store.exists(descriptor, Role.BLOB)) {
            store.put(origin.orElseThrow().blob(descriptor));
        }
        return true;
    }

    private static void created(HttpExchange exchange, String repository, Digest digest) throws IOException {
        exchange.answer(
                201,
                Map.of(
                        "Location",
                        "/v2/" + repository + "/blobs/" + digest,
                        "Docker-Content-Digest",
                        digest.toString()),
                new byte[0]);
    }

    private static Map<String, String> sessionHeaders(String repository, Uploads.Upload upload) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Location", "/v2/" + repository + "/blobs/uploads/" + upload.id() + "?state=kept");
        headers.put("Range", "0-" + Math.max(0, upload.size() - 1));
        headers.put("Docker-Upload-UUID", upload.id());
        return headers;
    }

    private static void accepted(HttpExchange exchange, String repository, Uploads.Upload upload) throws IOException {
        exchange.answer(202, sessionHeaders(repository, upload), new byte[0]);
    }

    private Uploads.Upload upload(String repository, String id) throws Refused {
        return uploads.find(repository, id)
                .orElseThrow(() -> new Refused(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload"));
    }

    private void uploadStatus(HttpExchange exchange, Uploads.Upload upload) throws IOException {
        String path = exchange.path();
        String repository = path.substring("/v2/".length(), path.indexOf("/blobs/uploads/"));
        exchange.answer(204, sessionHeaders(repository, upload), new byte[0]);
    }

    private static void append(HttpExchange exchange, Uploads.Upload upload) throws IOException, Refused {
        Optional<String> said = exchange.header("content-range");
        if (said.isPresent()) {
            Matcher range = CONTENT_RANGE.matcher(said.get());
            if (!range.matches() || Long.parseLong(range.group(1)) != upload.size()) {
                throw new Refused(416, "BLOB_UPLOAD_INVALID", "this upload goes on at " + upload.size());
            }
        }
        upload.append(exchange.body());
    }

    private static void patchUpload(HttpExchange exchange, String repository, Uploads.Upload upload)
            throws IOException, Refused {
        append(exchange, upload);
        accepted(exchange, repository, upload);
    }

    private void putUpload(HttpExchange exchange, String repository, Uploads.Upload upload)
            throws IOException, Refused {
        Digest digest = digest(exchange.parameter("digest")
                .orElseThrow(() -> new Refused(400, "DIGEST_INVALID", "a closing PUT says the digest")));
        append(exchange, upload);
        registry.store(repository).put(upload.asBlob(digest));
        uploads.end(upload);
        created(exchange, repository, digest);
    }
}
