package dev.lading.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The digest of content: an algorithm and its value in lower-case hexadecimal.
 *
 * <p>Only sha256 and sha512 exist here, the registered algorithms of the image specification («Digests» in
 * descriptor.md); every other one is refused by name, for nothing can be verified by it.
 *
 * @param algorithm the algorithm
 * @param hex the value, lower-case, exactly as long as the algorithm's
 */
public record Digest(Algorithm algorithm, String hex) implements Comparable<Digest> {
    private static final int BUFFER = 64 * 1024;

    /** A registered digest algorithm. */
    public enum Algorithm {
        /** SHA-256, 64 hexadecimal digits. */
        SHA256("sha256", "SHA-256", 64),
        /** SHA-512, 128 hexadecimal digits. */
        SHA512("sha512", "SHA-512", 128);

        private final String word;
        private final String javaName;
        private final int hexLength;

        Algorithm(String word, String javaName, int hexLength) {
            this.word = word;
            this.javaName = javaName;
            this.hexLength = hexLength;
        }

        /**
         * Returns the word before the colon.
         *
         * @return {@code sha256} or {@code sha512}
         */
        public String word() {
            return word;
        }

        /**
         * Starts a computation.
         *
         * @return a new message digest, for one thread
         */
        public MessageDigest newMessageDigest() {
            try {
                return MessageDigest.getInstance(javaName);
            } catch (NoSuchAlgorithmException e) {
                // Every Java platform must have SHA-256; SHA-512 can be taken away by a stripped runtime.
                throw new UnsupportedException("this Java runtime has no " + javaName, e);
            }
        }
    }

    /**
     * Makes a digest from its parts.
     *
     * @throws InvalidInputException if the value is not of the algorithm's length in lower-case hexadecimal
     */
    public Digest {
        Objects.requireNonNull(algorithm);
        Objects.requireNonNull(hex);
        if (hex.length() != algorithm.hexLength) {
            throw new InvalidInputException("a " + algorithm.word + " digest has " + algorithm.hexLength
                    + " hexadecimal digits, this one has " + hex.length());
        }
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                throw new InvalidInputException("a " + algorithm.word
                        + " digest is written in lower-case hexadecimal digits; character " + (i + 1)
                        + " of this one is not");
            }
        }
    }

    /**
     * Reads {@code algorithm:hex}.
     *
     * @param text the text
     * @return the digest
     * @throws InvalidInputException if the text is not a digest
     * @throws UnsupportedException if the algorithm is neither sha256 nor sha512
     */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new InvalidInputException(
                    "a digest is written algorithm:hex, such as sha256:…; there is no colon in " + quoted(text));
        }
        String word = text.substring(0, colon);
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm.word.equals(word)) {
                return new Digest(algorithm, text.substring(colon + 1));
            }
        }
        String lower = word.toLowerCase(Locale.ROOT);
        if (!word.equals(lower) && (lower.equals("sha256") || lower.equals("sha512"))) {
            throw new InvalidInputException("digest algorithms are written in lower case: " + lower);
        }
        throw new UnsupportedException("digest algorithm " + quoted(word) + " is not supported; sha256 and sha512 are");
    }

    /**
     * Says whether a text begins as a digest does, so that it can only be meant as one.
     *
     * @param text the text
     * @return true if it begins with {@code sha256:} or {@code sha512:}
     */
    public static boolean isMeantBy(String text) {
        for (Algorithm algorithm : Algorithm.values()) {
            if (text.startsWith(algorithm.word + ":")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Computes the sha256 digest of bytes.
     *
     * @param bytes the content
     * @return its digest
     */
    public static Digest of(byte[] bytes) {
        return of(Algorithm.SHA256, bytes);
    }

    /**
     * Computes the digest of bytes.
     *
     * @param algorithm the algorithm
     * @param bytes the content
     * @return its digest
     */
    public static Digest of(Algorithm algorithm, byte[] bytes) {
        return finish(algorithm, updated(algorithm.newMessageDigest(), bytes));
    }

    /**
     * Ends a computation.
     *
     * @param algorithm the algorithm that {@code computation} was started with
     * @param computation a message digest that has seen all bytes; it is reset
     * @return the digest
     */
    public static Digest finish(Algorithm algorithm, MessageDigest computation) {
        return new Digest(algorithm, HexFormat.of().formatHex(computation.digest()));
    }

    /**
     * Computes the sha256 digest of a stream to its end, in constant memory.
     *
     * @param content the content; read to its end, not closed
     * @return its digest
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream cannot be read
     */
    public static Digest of(InputStream content) throws IOException {
        return of(Algorithm.SHA256, content);
    }

    /**
     * Computes the digest of a stream to its end, in constant memory.
     *
     * @param algorithm the algorithm
     * @param content the content; read to its end, not closed
     * @return its digest
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the stream cannot be read
     */
    public static Digest of(Algorithm algorithm, InputStream content) throws IOException {
        MessageDigest computation = algorithm.newMessageDigest();
        byte[] buffer = new byte[BUFFER];
        int read;
        while ((read = content.read(buffer)) >= 0) {
            refuseInterrupt();
            computation.update(buffer, 0, read);
        }
        return finish(algorithm, computation);
    }

    /**
     * Computes the sha256 digest of a channel from its position to its end, in constant memory.
     *
     * @param content the content, in blocking mode; read to its end, not closed
     * @return its digest
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the channel cannot be read
     */
    public static Digest of(ReadableByteChannel content) throws IOException {
        return of(Algorithm.SHA256, content);
    }

    /**
     * Computes the digest of a channel from its position to its end, in constant memory.
     *
     * @param algorithm the algorithm
     * @param content the content, in blocking mode; read to its end, not closed
     * @return its digest
     * @throws InterruptedIOException if the thread is interrupted; its flag stays
     * @throws IOException if the channel cannot be read
     */
    public static Digest of(Algorithm algorithm, ReadableByteChannel content) throws IOException {
        MessageDigest computation = algorithm.newMessageDigest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        while (content.read(buffer) >= 0) {
            refuseInterrupt();
            computation.update(buffer.flip());
            buffer.clear();
        }
        return finish(algorithm, computation);
    }

    private static void refuseInterrupt() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while a digest was computed");
        }
    }

    private static MessageDigest updated(MessageDigest computation, byte[] bytes) {
        computation.update(bytes);
        return computation;
    }

    private static String quoted(String text) {
        return "«" + Printable.shown(text) + "»";
    }

    @Override
    public int compareTo(Digest other) {
        int byAlgorithm = algorithm.compareTo(other.algorithm);
        return byAlgorithm != 0 ? byAlgorithm : hex.compareTo(other.hex);
    }

    /** Returns {@code algorithm:hex}. */
    @Override
    public String toString() {
        return algorithm.word + ":" + hex;
    }

    // Written out, as in MediaType: digests are compared in almost every process.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Digest digest && digest.algorithm == algorithm && digest.hex.equals(hex);
    }

    @Override
    public int hashCode() {
        return hex.hashCode();
    }
}
