package dev.lading.registry;

import dev.lading.oci.CancelledException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.oci.content.Blob;
import dev.lading.oci.content.IngestRun;
import dev.lading.oci.content.Ingested;
import dev.lading.oci.content.MountOrigin;
import dev.lading.oci.content.Producer;
import dev.lading.oci.content.ProducerFailedException;
import dev.lading.oci.content.Role;
import dev.lading.registry.internal.http.Url;
import dev.lading.registry.internal.http.WireAnswer;
import dev.lading.registry.internal.http.WireBody;
import dev.lading.registry.internal.http.WireRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Blobs on their way into one repository (distribution-spec, «Pushing blobs»): a known one by POST and one PUT, an unknown
 * one by POST, one streamed PATCH and a closing PUT, one that is elsewhere in the registry by a mount.
 *
 * <p>Nothing is sent twice blindly. A session whose wire broke is lost in some registries and would take the same bytes a
 * second time in others, so every repeat begins a new one, after a look whether the blob is there already. A session that is
 * given up is asked once to end.
 */
final class Uploads {
    /** What an interrupted caller still waits for a session to end. */
    private static final Duration FAREWELL = Duration.ofMillis(50);

    private static final String OCTETS = "application/octet-stream";

    private final Exchange exchange;
    private final String repository;
    private final String place;
    private final Presence presence;

    /**
     * @param repository the path
     * @param place registry and path, for messages
     * @param presence says whether a blob is in the repository
     */
    Uploads(Exchange exchange, String repository, String place, Presence presence) {
        this.exchange = exchange;
        this.repository = repository;
        this.place = place;
        this.presence = presence;
    }

    private WireRequest post() {
        return WireRequest.of("POST", exchange.endpoint().url(repository + "/blobs/uploads/"))
                .with(WireBody.of(new byte[0]));
    }

    /** One upload session; closing it gives it up, unless it was completed. */
    private final class Session implements AutoCloseable {
        private Url url;
        private boolean open = true;

        Session(Url url) {
            this.url = url;
        }

        /** The session's next address; some registries keep its state in there. */
        void moveOn(String what, WireAnswer answer, Attempts attempts) {
            answer.header("Location").ifPresent(location -> url = uploadUrl(what, answer, location, attempts));
        }

        void completed() {
            open = false;
        }

        @Override
        public void close() {
            if (!open) {
                return;
            }
            open = false;
            // A thread whose flag is set can do no network I/O: the flag is taken for one short call and put back.
            boolean interrupted = Thread.interrupted();
            try {
                exchange.once(WireRequest.of("DELETE", url).endWithin(FAREWELL)).close();
            } catch (IOException | IllegalStateException e) {
                // It was asked; the registry ends forgotten sessions itself. A closed client asks nobody.
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private Url uploadUrl(String what, WireAnswer answer, String location, Attempts attempts) {
        Url url = answer.url()
                .resolve(location)
                .orElseThrow(() -> exchange.unexpected(what, answer, attempts, "its Location is no address"));
        String reason = exchange.endpoint().refusesUpload(url);
        if (!reason.isEmpty()) {
            throw exchange.unexpected(
                    what, answer, attempts, "its Location " + url.origin() + " is not used: " + reason);
        }
        return url;
    }

    private Session begin(String what, Attempts attempts) {
        try (WireAnswer answer = exchange.send(what, post(), attempts)) {
            if (answer.status() != 202) {
                throw exchange.refused(what, answer, attempts);
            }
            return session(what, answer, attempts);
        }
    }

    private Session session(String what, WireAnswer answer, Attempts attempts) {
        String location = answer.header("Location")
                .orElseThrow(() -> exchange.unexpected(what, answer, attempts, "names no Location for the upload"));
        return new Session(uploadUrl(what, answer, location, attempts));
    }

    // A known blob.

    void put(Blob blob) {
        Descriptor descriptor = blob.descriptor();
        String what = "write " + descriptor.digest() + " to " + place;
        Attempts attempts = exchange.attempts();
        while (true) {
            try (Session session = begin(what, attempts)) {
                if (putInto(session, what, blob, attempts)) {
                    return;
                }
            }
            if (presence.exists(descriptor, Role.BLOB, attempts)) {
                return;
            }
        }
    }

    /** Sends the whole blob; false if that failed in a way that may pass, and the pause is over. */
    private boolean putInto(Session session, String what, Blob blob, Attempts attempts) {
        Descriptor descriptor = blob.descriptor();
        WireRequest put = WireRequest.of(
                        "PUT", session.url.with("digest", descriptor.digest().toString()))
                .with("Content-Type", OCTETS)
                .answerWithin(exchange.settings().commitTimeout())
                .with(new WireBody() {
                    @Override
                    public long length() {
                        return descriptor.size();
                    }

                    @Override
                    public void writeTo(OutputStream out) throws IOException {
                        blob.writeTo(out);
                    }
                });
        Optional<WireAnswer> sent = exchange.attempt(what, put, attempts);
        if (sent.isEmpty()) {
            return false;
        }
        try (WireAnswer answer = sent.get()) {
            if (isLost(answer)) {
                attempts.failed(exchange.refused(what, answer, attempts), Optional.empty());
                return false;
            }
            stored(what, answer, descriptor, attempts);
            session.completed();
            return true;
        }
    }

    /** The session is not there, or not where it was: distribution answers so after a restart, a cut or a lost answer. */
    private static boolean isLost(WireAnswer answer) {
        return answer.status() == 404 || answer.status() == 416;
    }

    private void stored(String what, WireAnswer answer, Descriptor descriptor, Attempts attempts) {
        int status = answer.status();
        if (status == 201 || status == 204) {
            Exchange.checkDigestHeader(answer, descriptor);
        } else if (status != 200) {
            throw exchange.refused(what, answer, attempts);
        } else if (!presence.exists(descriptor, Role.BLOB, attempts)) {
            throw exchange.unexpected(what, answer, attempts, "yet the blob is not there");
        }
    }

    // A blob whose digest is not known yet.

    <R> Ingested<R> ingest(MediaType mediaType, Digest.Algorithm algorithm, Producer<R> producer) {
        String what = "write new content to " + place;
        Attempts attempts = exchange.attempts();
        Run<R> run = new Run<>(algorithm, producer);
        while (true) {
            try (Session session = begin(what, attempts)) {
                if (patch(session, what, run, attempts) && commit(session, what, run, attempts)) {
                    return run.finished().ingested(mediaType, run.count);
                }
            } catch (ProducerFailedException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("cannot " + what + ": the thread was interrupted", e);
                }
                throw e;
            }
        }
    }

    /** The producer as a request's body, as often as it runs. */
    private static final class Run<R> implements WireBody {
        private final Digest.Algorithm algorithm;
        private final Producer<R> producer;
        private int count;
        private @Nullable IngestRun<R> finished;

        Run(Digest.Algorithm algorithm, Producer<R> producer) {
            this.algorithm = algorithm;
            this.producer = producer;
        }

        @Override
        public long length() {
            return UNKNOWN;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            count++;
            finished = null;
            finished = IngestRun.of(algorithm, producer, out);
        }

        IngestRun<R> finished() {
            if (finished == null) {
                throw new IllegalStateException("a session was completed without a whole run");
            }
            return finished;
        }
    }

    /** Streams one run into the session; false if the wire broke, and the pause before the next run is over. */
    private boolean patch(Session session, String what, Run<?> run, Attempts attempts) {
        int runsBefore = run.count;
        WireRequest patch = WireRequest.of("PATCH", session.url)
                .with("Content-Type", OCTETS)
                .with(run);
        try (WireAnswer answer = exchange.once(patch)) {
            int status = answer.status();
            if (status == 201 || status == 202 || status == 204) {
                session.moveOn(what, answer, attempts);
                return true;
            }
            LadingException refused = exchange.refused(what, answer, attempts);
            if (!isLost(answer) && !Exchange.isNotNow(answer)) {
                throw refused;
            }
            again(run, runsBefore, refused, exchange.retryAfter(answer), attempts);
        } catch (IOException e) {
            LadingException broken = exchange.broken(what, e, attempts);
            if (broken instanceof CancelledException || !Exchange.mayPass(e)) {
                throw broken;
            }
            again(run, runsBefore, broken, Optional.empty(), attempts);
        }
        return false;
    }

    /** Waits before the next run, if there may be one; a wire that broke before the producer ran costs no run. */
    private void again(
            Run<?> run, int runsBefore, LadingException failure, Optional<Duration> wait, Attempts attempts) {
        if (run.count == runsBefore) {
            attempts.failed(failure, wait);
        } else if (run.count < exchange.settings().ingestRuns()) {
            attempts.pause(failure, wait);
        } else {
            throw failure;
        }
    }

    /** Completes the session; false if it is lost and another run is to follow. */
    private boolean commit(Session session, String what, Run<?> run, Attempts attempts) {
        IngestRun<?> finished = run.finished();
        Descriptor descriptor = Descriptor.of(MediaType.OCI_LAYER, finished.digest(), finished.size());
        WireRequest put = WireRequest.of(
                        "PUT", session.url.with("digest", finished.digest().toString()))
                .with("Content-Type", OCTETS)
                .answerWithin(exchange.settings().commitTimeout())
                .with(WireBody.of(new byte[0]));
        while (true) {
            Optional<WireAnswer> sent = exchange.attempt(what, put, attempts);
            if (sent.isEmpty()) {
                // The answer may be what was lost; a second PUT would find no session.
                if (presence.exists(descriptor, Role.BLOB, attempts)) {
                    session.completed();
                    return true;
                }
                continue;
            }
            try (WireAnswer answer = sent.get()) {
                if (!isLost(answer)) {
                    stored(what, answer, descriptor, attempts);
                    session.completed();
                    return true;
                }
                LadingException lost = exchange.refused(what, answer, attempts);
                if (presence.exists(descriptor, Role.BLOB, attempts)) {
                    session.completed();
                    return true;
                }
                again(run, run.count - 1, lost, Optional.empty(), attempts);
                return false;
            }
        }
    }

    // A blob that is elsewhere in the registry.

    /** Tries to mount; every answer but «created» means that the blob has to be copied, and so does a broken wire. */
    boolean mount(Descriptor descriptor, MountOrigin origin) {
        String what = "mount " + descriptor.digest() + " into " + place;
        Attempts attempts = exchange.attempts();
        WireRequest post = post();
        post = post.to(post.url().with("mount", descriptor.digest().toString()).with("from", origin.repository()));
        try (WireAnswer answer = exchange.once(post)) {
            if (answer.status() == 201) {
                return true;
            } else if (answer.status() == 202) {
                session(what, answer, attempts).close();
            }
            return false;
        } catch (IOException e) {
            if (exchange.broken(what, e, attempts) instanceof CancelledException cancelled) {
                throw cancelled;
            }
            return false;
        } catch (UnexpectedAnswerException e) {
            return false;
        }
    }
}
