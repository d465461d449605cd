package dev.lading.testkit;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageIndex;
import dev.lading.oci.ImageManifest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Manifest;
import dev.lading.oci.MediaType;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Reference;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.Document;
import dev.lading.oci.content.Role;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** Manifests by tag and by digest (distribution-spec, «Pulling manifests», «Pushing Manifests»). */
final class ManifestRoutes {
    private final Map<String, HostedStore> stores;

    ManifestRoutes(Map<String, HostedStore> stores) {
        this.stores = stores;
    }

    void get(HttpExchange exchange, String repository, String name) throws IOException, Refused {
        if (!Reference.isTag(name)) {
            Digest checked = Routes.digest(name);
            name = checked.toString();
        }
        HostedStore store = Routes.known(stores, repository);
        Optional<Descriptor> found = store.find(name);
        if (found.isEmpty()) {
            throw unknown(name);
        }
        Descriptor descriptor = found.get();
        try {
            Content content = store.fetch(descriptor, Role.MANIFEST);
            try (InputStream in = Routes.opened(content, 0)) {
                exchange.answer(
                        200,
                        Map.of(
                                "Content-Type", descriptor.mediaType().value(),
                                "Docker-Content-Digest", descriptor.digest().toString()),
                        in,
                        content.size());
            }
        } catch (NotFoundException e) {
            throw unknown(name);
        }
    }

    private static Refused unknown(String name) {
        return new Refused(404, "MANIFEST_UNKNOWN", "there is no manifest " + name);
    }

    void put(HttpExchange exchange, String repository, String name) throws IOException, Refused {
        Optional<Digest> named = Reference.isTag(name) ? Optional.empty() : Optional.of(Routes.digest(name));
        MediaType type = type(exchange);
        byte[] bytes = exchange.body().readNBytes(Manifest.MAX_BYTES + 1);
        if (bytes.length > Manifest.MAX_BYTES) {
            throw new Refused(413, "SIZE_INVALID", "a manifest has at most " + Manifest.MAX_BYTES + " bytes");
        }
        Document document = named.isPresent() ? named(type, bytes, named.get()) : Document.of(type, bytes);
        HostedStore store = LocalRegistry.hosted(stores, repository);
        checkChildren(document, store);
        store.put(document);
        if (named.isEmpty()) {
            store.tag(document, name);
        }
        String digest = document.descriptor().digest().toString();
        exchange.answer(
                201,
                Map.of("Location", "/v2/" + repository + "/manifests/" + digest, "Docker-Content-Digest", digest),
                new byte[0]);
    }

    private static MediaType type(HttpExchange exchange) throws Refused {
        String type = exchange.header("content-type")
                .orElseThrow(() -> new Refused(400, "MANIFEST_INVALID", "a manifest has a Content-Type"));
        int semicolon = type.indexOf(';');
        try {
            return new MediaType((semicolon < 0 ? type : type.substring(0, semicolon)).strip());
        } catch (InvalidInputException e) {
            throw new Refused(400, "MANIFEST_INVALID", Routes.message(e));
        }
    }

    /** Makes the document under the digest it was named by, whichever algorithm that is; another one is a mismatch. */
    private static Document named(MediaType type, byte[] bytes, Digest digest) {
        Descriptor descriptor = Descriptor.of(type, digest, bytes.length);
        return new SingleContent(descriptor, new Content() {
                    @Override
                    public long size() {
                        return bytes.length;
                    }

                    @Override
                    public InputStream open() {
                        return new ByteArrayInputStream(bytes);
                    }
                })
                .document(descriptor);
    }

    private static void checkChildren(Document document, HostedStore store) throws Refused {
        MediaType type = document.descriptor().mediaType();
        if (!type.isIndex() && !type.isImageManifest()) {
            // What it refers to is not known here; clients bring new kinds before registries know them.
            return;
        }
        Manifest manifest;
        try {
            manifest = document.manifest();
        } catch (InvalidInputException e) {
            throw new Refused(400, "MANIFEST_INVALID", Routes.message(e));
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

    private static void check(Descriptor child, Role role, HostedStore store) throws Refused {
        // A layer with addresses of its own is not distributed (image-spec, layer.md, «Non-Distributable Layers»).
        if (child.urls().isEmpty() && !store.exists(child, role)) {
            throw new Refused(400, "MANIFEST_BLOB_UNKNOWN", "the manifest names " + child + ", which is not here so");
        }
    }
}
