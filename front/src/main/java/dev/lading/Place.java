package dev.lading;

import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where an image is, as one word: in a layout, an archive, an engine, or a registry.
 *
 * <pre>
 * oci:FOLDER[:TAG][@DIGEST]          a folder that is an OCI image layout; also oci-layout://… and ocidir://…
 * oci-archive:FILE[:TAG][@DIGEST]    a layout in one tar
 * docker-archive:FILE[:REF]          what docker save writes
 * daemon:NAME                        the local Docker engine; also docker-daemon:…
 * NAME                               a name in a registry, read as Docker reads it; also docker://…
 * </pre>
 *
 * <p>A digest at the end is taken off first; then the tag is what follows the last colon, if it is a tag by grammar. In
 * {@code docker-archive:} REF is what follows the first colon after FILE. One letter before the first colon of FOLDER or FILE is
 * a Windows drive. A word beginning with {@code /}, {@code ./}, {@code ../} or a drive is a path and never a name.
 *
 * <p>{@link #toString} prints the word in full, and {@link #parse} reads it back to an equal place. A place is a word and
 * nothing else: nothing is looked at or opened by making one. Immutable.
 */
public sealed interface Place {
    /**
     * Reads a place.
     *
     * @param word the place, as the grammar above has it
     * @return the place; a short name of a registry is completed as Docker does
     * @throws InvalidInputException if the word is a path, or breaks the grammar; the message says how
     * @throws UnsupportedException if a digest is neither sha256 nor sha512
     */
    static Place parse(String word) {
        return PlaceGrammar.parse(word);
    }

    /**
     * Says whether a word is a path and so never a place: it begins with {@code /}, {@code ./}, {@code ../} (or the same with
     * backslashes) or a Windows drive, or is {@code .} or {@code ..}. Where a command takes a file, it is that file.
     *
     * @param word the word
     * @return true if it is a path
     */
    static boolean isPath(String word) {
        return PlaceGrammar.isPath(word);
    }

    /**
     * Returns the tag that the place names.
     *
     * @return the tag, if there is one
     */
    Optional<String> tag();

    /**
     * Returns the digest that the place names, which decides where there is a tag too.
     *
     * @return the digest, if there is one
     */
    Optional<Digest> digest();

    /**
     * Returns this place pinned to a digest.
     *
     * @param digest the digest
     * @return the place with tag, if there is one, and digest
     * @throws UnsupportedException if places of this kind know no digests
     */
    Place withDigest(Digest digest);

    /**
     * Returns this place under another tag, without a digest.
     *
     * @param tag the tag
     * @return the place with that tag
     * @throws InvalidInputException if it is not a tag
     * @throws UnsupportedException if places of this kind know no tags
     */
    Place withTag(String tag);

    /** Returns the word in full. */
    @Override
    String toString();

    /**
     * A folder that is an OCI image layout.
     *
     * @param folder the folder as written, relative to the working directory or absolute
     * @param tag the name in the layout
     * @param digest the digest
     */
    record Layout(String folder, Optional<String> tag, Optional<Digest> digest) implements Place {
        /**
         * Makes the place.
         *
         * @throws InvalidInputException if the tag is not one, or the folder would be read otherwise once it is printed
         */
        public Layout {
            PlaceGrammar.requireReadable("folder", folder, tag, digest);
        }

        /**
         * Returns the folder as a path of this host.
         *
         * @return the path
         * @throws InvalidInputException if this host has no such paths
         */
        public Path path() {
            return PlaceGrammar.path(folder);
        }

        @Override
        public Layout withDigest(Digest newDigest) {
            return new Layout(folder, tag, Optional.of(newDigest));
        }

        @Override
        public Layout withTag(String newTag) {
            return new Layout(folder, Optional.of(newTag), Optional.empty());
        }

        @Override
        public String toString() {
            return "oci:" + PlaceGrammar.print(folder, tag, digest);
        }
    }

    /**
     * A layout in one tar.
     *
     * @param file the file as written
     * @param tag the name in the layout
     * @param digest the digest
     */
    record LayoutTar(String file, Optional<String> tag, Optional<Digest> digest) implements Place {
        /**
         * Makes the place.
         *
         * @throws InvalidInputException if the tag is not one, or the file would be read otherwise once it is printed
         */
        public LayoutTar {
            PlaceGrammar.requireReadable("file", file, tag, digest);
        }

        @Override
        public LayoutTar withDigest(Digest newDigest) {
            return new LayoutTar(file, tag, Optional.of(newDigest));
        }

        @Override
        public LayoutTar withTag(String newTag) {
            return new LayoutTar(file, Optional.of(newTag), Optional.empty());
        }

        @Override
        public String toString() {
            return "oci-archive:" + PlaceGrammar.print(file, tag, digest);
        }
    }

    /**
     * A tar as {@code docker save} writes it.
     *
     * @param file the file as written
     * @param name the name of the image in it; full, and without a digest, which such archives do not know
     */
    record DockerTar(String file, Optional<Reference> name) implements Place {
        /**
         * Makes the place.
         *
         * @throws InvalidInputException if the name has a digest, or the file would be read otherwise once it is printed
         */
        public DockerTar {
            PlaceGrammar.requireFile(file);
            name = name.map(PlaceGrammar::full);
            if (name.flatMap(Reference::digest).isPresent()) {
                throw new InvalidInputException("«" + name.get()
                        + "» cannot be looked up in a Docker archive, which knows names and no digests; name a tag");
            }
        }

        @Override
        public Optional<String> tag() {
            return name.flatMap(Reference::tag);
        }

        @Override
        public Optional<Digest> digest() {
            return Optional.empty();
        }

        @Override
        public Place withDigest(Digest newDigest) {
            throw new UnsupportedException("a Docker archive knows names and no digests, so " + this
                    + " cannot be pinned to " + newDigest + "; use oci-archive: for that");
        }

        @Override
        public Place withTag(String newTag) {
            return new DockerTar(
                    file,
                    Optional.of(name.orElseThrow(() -> new InvalidInputException(
                                    "the tag «" + newTag + "» needs a name in " + this + "; write " + this + ":NAME"))
                            .withTag(newTag)));
        }

        @Override
        public String toString() {
            return "docker-archive:" + file + name.map(n -> ":" + n).orElse("");
        }
    }

    /**
     * The store of the local Docker engine.
     *
     * @param name the name of the image there, full
     */
    record Daemon(Reference name) implements Place {
        /** Makes the place. */
        public Daemon {
            name = PlaceGrammar.full(name);
        }

        @Override
        public Optional<String> tag() {
            return name.tag();
        }

        @Override
        public Optional<Digest> digest() {
            return name.digest();
        }

        @Override
        public Daemon withDigest(Digest newDigest) {
            return new Daemon(name.withDigest(newDigest));
        }

        @Override
        public Daemon withTag(String newTag) {
            return new Daemon(name.withoutName().withTag(newTag));
        }

        @Override
        public String toString() {
            return "daemon:" + name;
        }
    }

    /**
     * A name in a registry.
     *
     * @param name the name, full: with a tag, a digest, or both
     */
    record Remote(Reference name) implements Place {
        /** Makes the place. */
        public Remote {
            name = PlaceGrammar.full(name);
        }

        @Override
        public Optional<String> tag() {
            return name.tag();
        }

        @Override
        public Optional<Digest> digest() {
            return name.digest();
        }

        @Override
        public Remote withDigest(Digest newDigest) {
            return new Remote(name.withDigest(newDigest));
        }

        @Override
        public Remote withTag(String newTag) {
            return new Remote(name.withoutName().withTag(newTag));
        }

        @Override
        public String toString() {
            String text = name.toString();
            // A registry called «oci» or «d» would be taken for a kind of place or a drive.
            return PlaceGrammar.isBareName(text) ? text : "docker://" + text;
        }
    }
}
