package dev.lading.registry;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.Content;
import dev.lading.registry.internal.http.WireAnswer;
import dev.lading.registry.internal.http.WireRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Raw content of a repository. Its streams go on where their wire broke: position alone is kept, for the hash is computed
 * above and never sees that there were several answers.
 */
final class Download implements Content {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");

    private final Exchange exchange;
    private final WireRequest get;
    private final Descriptor descriptor;
    private final String what;

    /**
     * @param get asks for all of it
     * @param place registry and path, for messages
     */
    Download(Exchange exchange, WireRequest get, Descriptor descriptor, String place) {
        this.exchange = exchange;
        this.get = get;
        this.descriptor = descriptor;
        this.what = "read " + descriptor.digest() + " from " + place;
    }

    @Override
    public long size() {
        return descriptor.size();
    }

    @Override
    public InputStream open() {
        return open(0);
    }

    @Override
    public InputStream open(long from) {
        Objects.checkFromToIndex(from, descriptor.size(), descriptor.size());
        if (from > 0 && from == descriptor.size()) {
            return InputStream.nullInputStream();
        }
        Resuming stream = new Resuming(from);
        stream.connect();
        return stream;
    }

    /** One reading; for one thread. */
    private final class Resuming extends InputStream {
        private final Attempts attempts = exchange.attempts();
        private long position;
        private @Nullable WireAnswer answer;
        private boolean moved;
        private boolean withoutRanges;
        private boolean closed;

        Resuming(long from) {
            position = from;
        }

        /** Asks for the rest until it comes; the answer then stands at the position. */
        private WireAnswer connect() {
            while (true) {
                boolean range = position > 0 && !withoutRanges;
                WireRequest request = range ? get.with("Range", "bytes=" + position + "-") : get;
                WireAnswer next = exchange.send(what, request, attempts);
                boolean kept = false;
                try {
                    kept = standsAtPosition(next, range);
                } catch (IOException e) {
                    exchange.failed(what, e, attempts);
                } finally {
                    if (!kept) {
                        next.close();
                    }
                }
                if (kept) {
                    answer = next;
                    moved = false;
                    return next;
                }
            }
        }

        private boolean standsAtPosition(WireAnswer next, boolean range) throws IOException {
            int status = next.status();
            if (status == 200) {
                checkLength(next, descriptor.size());
                Exchange.checkDigestHeader(next, descriptor);
                checkEncoding(next);
                // The server knows no ranges: what was read already comes again, and the digest judges all of it.
                next.body().skipNBytes(position);
                return true;
            } else if (status == 206 && range && startsAtPosition(next)) {
                checkEncoding(next);
                return true;
            } else if ((status == 206 || status == 416) && range) {
                withoutRanges = true;
                return false;
            } else if (status == 404) {
                throw new NotFoundException("cannot " + what + ": it is not there.");
            }
            throw exchange.refused(what, next, attempts);
        }

        private boolean startsAtPosition(WireAnswer next) {
            Matcher range = CONTENT_RANGE.matcher(next.header("Content-Range").orElse(""));
            if (!range.matches() || Long.parseLong(range.group(1)) != position) {
                return false;
            }
            String total = range.group(3);
            if (!total.equals("*") && Long.parseLong(total) != descriptor.size()) {
                throw new ContentMismatchException(descriptor, "the registry holds " + total + " bytes");
            }
            return true;
        }

        private void checkLength(WireAnswer next, long wanted) {
            OptionalLong length = next.length();
            if (length.isPresent() && length.getAsLong() != wanted) {
                throw new ContentMismatchException(
                        descriptor, "the registry announces " + length.getAsLong() + " bytes");
            }
        }

        private void checkEncoding(WireAnswer next) {
            Optional<String> encoding = next.header("Content-Encoding").filter(e -> !e.equalsIgnoreCase("identity"));
            if (encoding.isPresent()) {
                throw exchange.unexpected(
                        what,
                        next,
                        attempts,
                        "the content is encoded (" + ErrorBody.shown(encoding.get()) + "), which was not asked for");
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, buffer.length);
            if (closed) {
                throw new IOException("the stream is closed");
            }
            if (length == 0) {
                return 0;
            }
            while (true) {
                WireAnswer current = answer == null ? reconnect() : answer;
                IOException broken;
                try {
                    int read = current.body().read(buffer, offset, length);
                    if (read > 0) {
                        position += read;
                        moved = true;
                        return read;
                    } else if (position >= descriptor.size()) {
                        return -1;
                    }
                    broken = new IOException("it ended after " + position + " of " + descriptor.size() + " bytes");
                } catch (IOException e) {
                    broken = e;
                }
                current.close();
                answer = null;
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted(broken);
                }
                if (position >= descriptor.size()) {
                    // All bytes are here; only the mark of the end was lost with the wire.
                    return -1;
                }
                repeatAfter(broken);
            }
        }

        private WireAnswer reconnect() throws IOException {
            try {
                return connect();
            } catch (CancelledException e) {
                throw interrupted(e);
            } catch (ContentMismatchException e) {
                throw e;
            } catch (LadingException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        private void repeatAfter(IOException broken) throws IOException {
            if (moved) {
                attempts.progress();
            }
            try {
                exchange.failed(what, broken, attempts);
            } catch (CancelledException e) {
                throw interrupted(e);
            } catch (LadingException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        private InterruptedIOException interrupted(Exception cause) {
            InterruptedIOException interrupted =
                    new InterruptedIOException("interrupted while reading " + descriptor.digest());
            interrupted.initCause(cause);
            return interrupted;
        }

        @Override
        public void close() {
            closed = true;
            if (answer != null) {
                answer.close();
                answer = null;
            }
        }
    }
}
