package dev.lading.it.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.content.ContentStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testkit.ContentStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class OciLayoutContractTest extends ContentStoreContract {
    @TempDir
    Path temp;

    @Override
    protected ContentStore store() {
        return OciLayout.open(temp.resolve("layout"));
    }

    @Override
    protected Optional<ContentStore> reopen() {
        return Optional.of(store());
    }

    @AfterEach
    void nothing_half_written_is_left() throws IOException {
        if (Files.isDirectory(temp.resolve("layout"))) {
            try (Stream<Path> files = Files.list(temp.resolve("layout"))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .isSubsetOf("blobs", "index.json", "index.json.lock", "oci-layout");
            }
        }
    }
}
