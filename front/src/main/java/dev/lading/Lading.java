package dev.lading;
/** stub. */
final class Lading {
    private Lading() {}
}
