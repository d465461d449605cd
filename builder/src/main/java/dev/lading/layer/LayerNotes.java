package dev.lading.layer;

/** Sees all files that a tar is made of, in their order, while it is written. */
interface LayerNotes {
    /** Takes no notes. */
    LayerNotes NONE = new LayerNotes() {};

    /** Notes for an observer alone. */
    static LayerNotes of(EntryObserver observer) {
        Observing observing = new Observing(observer);
        return new LayerNotes() {
            @Override
            public boolean wantsFiles() {
                return true;
            }

            @Override
            public void begin(LayerEntry file, byte[] firstBytes) {
                observing.begin(file, firstBytes);
            }

            @Override
            public void bytes(byte[] bytes, int length) {
                observing.bytes(bytes, length);
            }

            @Override
            public void end(LayerEntry file) {
                observing.end(file);
            }
        };
    }

    /** Whether the other methods want to be called. */
    default boolean wantsFiles() {
        return false;
    }

    /** A file begins; of its bytes these come first. */
    default void begin(LayerEntry file, byte[] firstBytes) {}

    /** Some bytes of the file that began last. */
    default void bytes(byte[] bytes, int length) {}

    /** The file that began last has been read whole. */
    default void end(LayerEntry file) {}
}
