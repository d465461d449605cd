package dev.lading.emulation;

/** Which network a program sees. */
public enum Network {
    /** A network of its own, in which there is nothing but its own loopback interface. */
    NONE,
    /** The host's network, with all its interfaces and local services. */
    HOST
}
