package dev.lading.registry;

import dev.lading.oci.Descriptor;
import dev.lading.oci.content.Role;
import dev.lading.registry.internal.http.WireAnswer;
import dev.lading.registry.internal.http.WireRequest;
import java.util.Optional;

/** Says what is in one repository (distribution-spec, «Checking if content exists in the registry»). */
final class Presence {
    private final Exchange exchange;
    private final String repository;
    private final String place;

    /**
     * @param repository the path
     * @param place registry and path, for messages
     */
    Presence(Exchange exchange, String repository, String place) {
        this.exchange = exchange;
        this.repository = repository;
        this.place = place;
    }

    /** Returns the request that reads content. */
    WireRequest get(Descriptor descriptor, Role role) {
        String path = repository + (role == Role.BLOB ? "/blobs/" : "/manifests/") + descriptor.digest();
        WireRequest get = WireRequest.of("GET", exchange.endpoint().url(path));
        return role == Role.BLOB ? get : get.with("Accept", Manifests.accept(Optional.of(descriptor.mediaType())));
    }

    boolean exists(Descriptor descriptor, Role role, Attempts attempts) {
        String what = "look for " + descriptor.digest() + " in " + place;
        WireRequest get = get(descriptor, role);
        try (WireAnswer head = exchange.send(what, get.method("HEAD"), attempts)) {
            if (head.status() != 405 && head.status() != 501) {
                return says(what, head, descriptor, role, attempts);
            }
        }
        try (WireAnswer answer = exchange.send(what, get, attempts)) {
            return says(what, answer, descriptor, role, attempts);
        }
    }

    private boolean says(String what, WireAnswer answer, Descriptor descriptor, Role role, Attempts attempts) {
        if (answer.status() == 404) {
            return false;
        } else if (answer.status() != 200) {
            throw exchange.refused(what, answer, attempts);
        }
        Exchange.checkDigestHeader(answer, descriptor);
        // A manifest's length is not compared: some registries give another for HEAD than for GET.
        return role == Role.MANIFEST
                || answer.length().isEmpty()
                || answer.length().getAsLong() == descriptor.size();
    }
}
