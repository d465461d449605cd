package dev.lading.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what a request asks for by its path and method (distribution-spec, «Endpoints»), and answers what is wrong. */
final class Routes implements HttpServer.Service {
    private static final System.Logger LOG = System.getLogger("dev.lading.testkit");
    private static final Pattern ROUTE =
            Pattern.compile("/v2/(.+)/(manifests|blobs|blobs/uploads|tags|referrers)/([^/]*)");
    private static final Pattern PAGE = Pattern.compile("[0-9]{1,9}");

    private final Map<String, HostedStore> stores;
    private final ManifestRoutes manifests;
    private final BlobRoutes blobs;
    private final UploadRoutes uploads;

    Routes(Map<String, HostedStore> stores, Uploads sessions) {
        this.stores = stores;
        this.manifests = new ManifestRoutes(stores);
        this.blobs = new BlobRoutes(stores);
        this.uploads = new UploadRoutes(stores, sessions, blobs);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try {
            route(exchange);
        } catch (Refused e) {
            refuse(exchange, e);
        } catch (ContentMismatchException e) {
            refuse(exchange, new Refused(400, "DIGEST_INVALID", message(e)));
        } catch (NotFoundException e) {
            refuse(exchange, new Refused(404, "BLOB_UNKNOWN", message(e)));
        } catch (InvalidInputException | UnsupportedException e) {
            refuse(exchange, new Refused(400, "UNSUPPORTED", message(e)));
        } catch (LadingException e) {
            refuse(exchange, new Refused(500, "UNKNOWN", message(e)));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "a fault while answering " + exchange.path(), e);
            refuse(exchange, new Refused(500, "UNKNOWN", "the registry failed: " + e));
        }
    }

    static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }

    private static void refuse(HttpExchange exchange, Refused refused) throws IOException {
        if (exchange.isAnswered()) {
            throw new IOException("failed in the middle of an answer: " + refused.getMessage());
        }
        Map<String, String> headers = new LinkedHashMap<>(refused.headers());
        headers.put("Content-Type", "application/json");
        exchange.answer(refused.status(), headers, errorBody(refused.code(), message(refused)));
    }

    @Override
    public void refuse(OutputStream out, HttpFault fault) throws IOException {
        byte[] body = errorBody("UNSUPPORTED", message(fault));
        HttpExchange.writeHead(out, fault.status(), Map.of("Content-Type", "application/json"), body.length, false);
        out.write(body);
        out.flush();
    }

    private static byte[] errorBody(String code, String message) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("errors").addObject().put("code", code).put("message", message);
        return body.toString().getBytes(UTF_8);
    }

    private void route(HttpExchange exchange) throws IOException, Refused {
        String path = HttpExchange.decoded(exchange.path());
        String method = exchange.method().equals("HEAD") ? "GET" : exchange.method();
        if (path.equals("/v2/") || path.equals("/v2")) {
            if (!method.equals("GET")) {
                throw notAllowed(exchange, "GET, HEAD");
            }
            exchange.answer(200, Map.of("Content-Type", "application/json"), "{}".getBytes(UTF_8));
            return;
        }
        Matcher matcher = ROUTE.matcher(path);
        if (!matcher.matches()) {
            throw new Refused(404, "NAME_UNKNOWN", "there is nothing at this path");
        }
        String repository = repository(matcher.group(1));
        String name = matcher.group(3);
        switch (matcher.group(2)) {
            case "manifests" -> {
                switch (method) {
                    case "GET" -> manifests.get(exchange, repository, name);
                    case "PUT" -> manifests.put(exchange, repository, name);
                    default -> throw notAllowed(exchange, "GET, HEAD, PUT");
                }
            }
            case "blobs" -> {
                if (!method.equals("GET")) {
                    throw notAllowed(exchange, "GET, HEAD");
                }
                blobs.get(exchange, repository, digest(name));
            }
            case "blobs/uploads" -> {
                if (name.isEmpty()) {
                    if (!method.equals("POST")) {
                        throw notAllowed(exchange, "POST");
                    }
                    uploads.begin(exchange, repository);
                    return;
                }
                switch (method) {
                    case "GET" -> uploads.status(exchange, repository, name);
                    case "PATCH" -> uploads.append(exchange, repository, name);
                    case "PUT" -> uploads.close(exchange, repository, name);
                    case "DELETE" -> uploads.cancel(exchange, repository, name);
                    default -> throw notAllowed(exchange, "GET, HEAD, PATCH, PUT, DELETE");
                }
            }
            case "tags" -> {
                if (!name.equals("list")) {
                    throw new Refused(404, "NAME_UNKNOWN", "there is nothing at this path");
                }
                if (!method.equals("GET")) {
                    throw notAllowed(exchange, "GET, HEAD");
                }
                listTags(exchange, repository);
            }
            default -> throw new Refused(404, "UNSUPPORTED", "this registry lists no referrers");
        }
    }

    private static Refused notAllowed(HttpExchange exchange, String allowed) {
        return new Refused(405, "UNSUPPORTED", exchange.method() + " is not served here", Map.of("Allow", allowed));
    }

    private static String repository(String text) throws Refused {
        try {
            return Reference.of("registry.invalid", text).repository();
        } catch (InvalidInputException e) {
            throw new Refused(400, "NAME_INVALID", message(e));
        }
    }

    static Digest digest(String text) throws Refused {
        try {
            return Digest.parse(text);
        } catch (LadingException e) {
            throw new Refused(400, "DIGEST_INVALID", message(e));
        }
    }

    /** Finds a repository that is there already; asking for one must not make it. */
    static HostedStore known(Map<String, HostedStore> stores, String repository) throws Refused {
        HostedStore store = stores.get(repository);
        if (store == null) {
            throw new Refused(404, "NAME_UNKNOWN", "there is no repository " + repository);
        }
        return store;
    }

    /** Opens content before an answer begins, so that what its place cannot read is an error and not a cut. */
    static InputStream opened(Content content, long from) {
        try {
            return from == 0 ? content.open() : content.open(from);
        } catch (IOException e) {
            throw LadingException.from("cannot read the content", e);
        }
    }

    private void listTags(HttpExchange exchange, String repository) throws IOException, Refused {
        NavigableSet<String> tags = known(stores, repository).tags();
        Optional<String> size = exchange.parameter("n");
        if (size.isPresent() && !PAGE.matcher(size.get()).matches()) {
            throw new Refused(400, "PAGINATION_NUMBER_INVALID", "n is a number that is not negative");
        }
        int left = size.map(Integer::parseInt).orElse(Integer.MAX_VALUE);
        String last = exchange.parameter("last").orElse("");
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("name", repository);
        ArrayNode page = body.putArray("tags");
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        for (String tag : tags.tailSet(last, false)) {
            if (left-- == 0) {
                // Not after an empty page, which would lead to itself for ever.
                if (!page.isEmpty()) {
                    headers.put(
                            "Link",
                            "</v2/" + repository + "/tags/list?n=" + size.orElse("") + "&last="
                                    + page.get(page.size() - 1).asText() + ">; rel=\"next\"");
                }
                break;
            }
            page.add(tag);
        }
        exchange.answer(200, headers, body.toString().getBytes(UTF_8));
    }
}
