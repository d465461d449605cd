package dev.lading.it.contract;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testkit.ContentStoreContract;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class JimfsUnixContractTest extends ContentStoreContract {
    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());

    @Override
    protected ContentStore store() {
        return OciLayout.open(files.getPath("layout"));
    }

    @Override
    protected Optional<ContentStore> reopen() {
        return Optional.of(store());
    }

    @AfterEach
    void close() throws IOException {
        files.close();
    }
}
