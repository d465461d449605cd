package dev.lading.it.contract;

import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.MemoryStore;
import dev.lading.testkit.ContentStoreContract;

class MemoryStoreContractTest extends ContentStoreContract {
    @Override
    protected ContentStore store() {
        return MemoryStore.create();
    }
}
