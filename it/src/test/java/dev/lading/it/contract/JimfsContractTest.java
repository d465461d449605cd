package dev.lading.it.contract;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.layout.OciLayout;
import dev.lading.testkit.ContentStoreContract;
import java.io.IOException;
import java.nio.file.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** A layout on file systems in memory that stand in for those of other hosts. */
class JimfsContractTest {
    abstract static class OnJimfs extends ContentStoreContract {
        private final FileSystem files;

        OnJimfs(Configuration host) {
            files = Jimfs.newFileSystem(host);
        }

        @Override
        protected ContentStore store() {
            return OciLayout.open(files.getPath("layout"));
        }

        @AfterEach
        void close() throws IOException {
            files.close();
        }
    }

    @Nested
    class Unix extends OnJimfs {
        Unix() {
            super(Configuration.unix());
        }
    }

    @Nested
    class OsX extends OnJimfs {
        OsX() {
            super(Configuration.osX());
        }
    }

    @Nested
    class Windows extends OnJimfs {
        Windows() {
            super(Configuration.windows());
        }
    }
}
