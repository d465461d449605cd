package dev.lading.it.contract;

import dev.lading.oci.content.ContentStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testkit.ContentStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class OciLayoutContractTest extends ContentStoreContract {
    @TempDir
    Path temp;

    @Override
    protected ContentStore store() {
        return OciLayout.open(temp.resolve("layout"));
    }
}
