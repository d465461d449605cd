package dev.lading.testkit;

import dev.lading.oci.Descriptor;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Content;
import dev.lading.oci.content.ContentSource;
import dev.lading.oci.content.Role;
import java.util.Optional;

/**
 * What a client has sent, as a place: so that a blob or a document made of it refuses to be another than the client named.
 *
 * @param only what the client says it is
 * @param content the bytes
 */
record SingleContent(Descriptor only, Content content) implements ContentSource {
    @Override
    public Optional<Descriptor> find(String name) {
        return Optional.empty();
    }

    @Override
    public boolean exists(Descriptor descriptor, Role role) {
        return descriptor.equals(only);
    }

    @Override
    public Content fetch(Descriptor descriptor, Role role) {
        if (!descriptor.equals(only)) {
            throw new NotFoundException("a request holds only " + only.digest());
        }
        return content;
    }

    @Override
    public String describe() {
        return "a request";
    }
}
