package dev.lading.registry;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ConflictException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.UnsupportedException;
import dev.lading.registry.internal.http.Url;
import dev.lading.registry.internal.http.Wire;
import dev.lading.registry.internal.http.WireAnswer;
import dev.lading.registry.internal.http.WireRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one registry: redirects followed, failures that may pass repeated, refusals turned into the kinds that verbs
 * throw. Safe for use by many threads.
 */
final class Exchange {
    /** As many as browsers and peers follow, and far more than any registry needs. */
    private static final int MAX_REDIRECTS = 10;
    /** Statuses that say «not now»; 522 is a proxy's that did not reach the registry. */
    private static final Set<Integer> NOT_NOW = Set.of(408, 429, 500, 502, 503, 504, 522);

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final Wire wire;
    private final Endpoint endpoint;
    private final RegistrySettings settings;
    private final Pacing pacing;

    Exchange(Wire wire, Endpoint endpoint, RegistrySettings settings, Pacing pacing) {
        this.wire = wire;
        this.endpoint = endpoint;
        this.settings = settings;
        this.pacing = pacing;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    RegistrySettings settings() {
        return settings;
    }

    Attempts attempts() {
        return new Attempts(settings, pacing);
    }

    /**
     * Sends a request that may be repeated, until there is an answer.
     *
     * @param what what is being done, as «cannot …» goes on
     * @param attempts the operation's failures so far
     * @return an answer of any status but those that say «not now»
     * @throws LadingException if there was none, as often as settings allow
     */
    WireAnswer send(String what, WireRequest request, Attempts attempts) {
        for (; ; ) {
            Optional<WireAnswer> answer = attempt(what, request, attempts);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
    }

    /**
     * Sends a request once.
     *
     * @return the answer; empty if there was none worth having, the failure is counted and the pause is over
     * @throws LadingException if the failure was the last one, or none that passes
     */
    Optional<WireAnswer> attempt(String what, WireRequest request, Attempts attempts) {
        WireAnswer answer;
        try {
            answer = follow(what, request, attempts);
        } catch (IOException e) {
            failed(what, e, attempts);
            return Optional.empty();
        }
        if (isNotNow(answer)) {
            Optional<Duration> wait = retryAfter(answer);
            attempts.failed(refused(what, answer, attempts), wait);
            return Optional.empty();
        }
        return Optional.of(answer);
    }

    /** Sends a request once and follows redirects, which only reading requests do. */
    private WireAnswer follow(String what, WireRequest request, Attempts attempts) throws IOException {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        Set<Url> seen = new HashSet<>();
        WireRequest next = request;
        while (true) {
            seen.add(next.url());
            WireAnswer answer = wire.send(next);
            Optional<String> location = answer.header("Location");
            if (!reads || !REDIRECTS.contains(answer.status()) || location.isEmpty()) {
                return answer;
            }
            answer.close();
            Url from = next.url();
            Url to = from.resolve(location.get())
                    .orElseThrow(() -> unexpected(
                            what, answer, attempts, "its redirect leads to no address: " + shown(location.get())));
            String reason = endpoint.refusesRedirect(from, to);
            if (!reason.isEmpty()) {
                throw unexpected(what, answer, attempts, "its redirect to " + to + " is not followed: " + reason);
            }
            if (seen.contains(to)) {
                throw unexpected(what, answer, attempts, "its redirects go round in a loop, back to " + to);
            }
            if (seen.size() > MAX_REDIRECTS) {
                throw unexpected(what, answer, attempts, "it redirects more than " + MAX_REDIRECTS + " times");
            }
            next = next.to(to);
        }
    }

    /** Addresses may hold signatures; only what comes before the query is shown. */
    private static String shown(String location) {
        int query = location.indexOf('?');
        return "«" + ErrorBody.shown(query < 0 ? location : location.substring(0, query)) + "»";
    }

    /** Sends a request once, without following or repeating; for uploads, which say themselves what a failure means. */
    WireAnswer once(WireRequest request) throws IOException {
        return wire.send(request);
    }

    static boolean isNotNow(WireAnswer answer) {
        return NOT_NOW.contains(answer.status());
    }

    /**
     * Counts a broken wire and waits until the next attempt.
     *
     * @throws LadingException if there is none, or the wire will be no better
     */
    void failed(String what, IOException e, Attempts attempts) {
        LadingException failure = broken(what, e, attempts);
        if (failure instanceof CancelledException || !mayPass(e)) {
            throw failure;
        }
        attempts.failed(failure, Optional.empty());
    }

    /** Says whether a broken wire may be whole the next time: a set limit of time is a limit, a wrong certificate stays. */
    static boolean mayPass(IOException e) {
        if (e instanceof SocketTimeoutException || e instanceof SSLPeerUnverifiedException) {
            return false;
        }
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                return false;
            }
        }
        return true;
    }

    /**
     * Turns a broken wire into what a verb throws.
     *
     * @return cancelled if the thread's flag is set, else unavailable
     */
    LadingException broken(String what, IOException e, Attempts attempts) {
        if (Thread.currentThread().isInterrupted()) {
            return new CancelledException("cannot " + what + ": the thread was interrupted", e);
        }
        String tries = attempts.current() > 1 ? " (" + attempts.current() + " attempts)" : "";
        return new RegistryUnavailableException(
                "cannot " + what + ": " + reason(e) + tries, facts(OptionalInt.empty(), Optional.empty(), attempts), e);
    }

    private String reason(IOException e) {
        String where = endpoint.authority();
        if (e instanceof UnknownHostException) {
            return "the host of " + where + " is not known. Check the name, and that this machine resolves names";
        } else if (e instanceof ConnectException) {
            return "no connection to " + where + ", " + causeOf(e) + ". Check that the registry runs there";
        } else if (e instanceof SocketTimeoutException) {
            return where + " did not answer in time (connecting "
                    + settings.connectTimeout().toMillis() + " ms, silence "
                    + settings.idleTimeout().toMillis() + " ms)";
        } else if (e instanceof SSLException) {
            return "no trusted connection to " + where + ", " + causeOf(e)
                    + ". A registry without TLS is spoken to on this machine's loopback only";
        }
        return "the connection to " + where + " broke, " + causeOf(e);
    }

    private static String causeOf(IOException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : ErrorBody.shown(message.startsWith("Connection") ? "c" + message.substring(1) : message);
    }

    private RegistryFacts facts(OptionalInt status, Optional<String> code, Attempts attempts) {
        return new RegistryFacts(endpoint.authority(), status, code, attempts.current());
    }

    /** An answer that cannot be gone on with, for a reason that its status does not say. */
    LadingException unexpected(String what, WireAnswer answer, Attempts attempts, String reason) {
        return new UnexpectedAnswerException(
                "cannot " + what + ": " + answer.url().authority() + " answered " + answer.status() + ", and " + reason
                        + ".",
                facts(OptionalInt.of(answer.status()), Optional.empty(), attempts));
    }

    /** Turns a status into what a verb throws; reads the answer's body and closes it. */
    LadingException refused(String what, WireAnswer answer, Attempts attempts) {
        ErrorBody body;
        try (answer) {
            body = ErrorBody.of(answer);
        }
        int status = answer.status();
        String who = answer.url().authority();
        String tries = attempts.current() > 1 ? " after " + attempts.current() + " attempts" : "";
        String said = "cannot " + what + ": " + who + " answered " + status + body + tries;
        RegistryFacts facts = facts(OptionalInt.of(status), body.code(), attempts);
        if (Thread.currentThread().isInterrupted()) {
            return new CancelledException(said + ", and the thread was interrupted");
        }
        if (status == 429) {
            Optional<Duration> wait = retryAfter(answer);
            String when =
                    wait.map(w -> " It asks to wait " + w.toSeconds() + " s.").orElse("");
            return new RateLimitedException(said + "; it takes no more requests for now." + when, facts, wait);
        } else if (isNotNow(answer)) {
            return new RegistryUnavailableException(said + "; try again later.", facts);
        } else if (status == 401) {
            return new UnauthorizedException(
                    said + "; this registry wants credentials, and an anonymous client has none.", facts);
        } else if (status == 403) {
            return new DeniedException(said + "; it does not allow this.", facts);
        } else if (status == 404 || body.code().filter(Exchange::missesContent).isPresent()) {
            return new NotFoundException(said + "; what is asked for, or what it names, is not there.");
        } else if (status == 409 || status == 412) {
            return new ConflictException(said + "; what it holds contradicts this.");
        } else if (status == 405
                || status == 415
                || status == 501
                || body.code().filter("UNSUPPORTED"::equals).isPresent()) {
            return new UnsupportedException(said + "; it does not carry this out.");
        } else if (status == 413) {
            return new InvalidInputException(said + "; it is larger than the registry takes.");
        }
        return new UnexpectedAnswerException(said + ".", facts);
    }

    private static boolean missesContent(String code) {
        return code.equals("MANIFEST_BLOB_UNKNOWN") || code.equals("BLOB_UNKNOWN") || code.equals("MANIFEST_UNKNOWN");
    }

    /** Reads Retry-After: seconds or a date (RFC 9110, section 10.2.3); nonsense counts as absent. */
    Optional<Duration> retryAfter(WireAnswer answer) {
        Optional<String> text = answer.header("Retry-After").map(String::strip);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.get().matches("[0-9]{1,12}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text.get())));
        }
        try {
            Duration wait = Duration.between(
                    pacing.clock().instant(),
                    ZonedDateTime.parse(text.get(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return wait.isNegative() ? Optional.empty() : Optional.of(wait);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /**
     * Reads Docker-Content-Digest where it is of an algorithm; it is never believed, but must not contradict.
     *
     * @param wanted what was asked for
     * @throws ContentMismatchException if the registry names another digest of the same algorithm
     */
    static void checkDigestHeader(WireAnswer answer, Descriptor wanted) {
        for (String text : answer.headers("Docker-Content-Digest")) {
            Optional<Digest> said = digest(text);
            if (said.isPresent()
                    && said.get().algorithm() == wanted.digest().algorithm()
                    && !said.get().equals(wanted.digest())) {
                answer.close();
                throw new ContentMismatchException(wanted, "the registry says it is " + said.get());
            }
        }
    }

    static Optional<Digest> digest(String text) {
        try {
            return Optional.of(Digest.parse(text));
        } catch (InvalidInputException | UnsupportedException e) {
            return Optional.empty();
        }
    }
}
