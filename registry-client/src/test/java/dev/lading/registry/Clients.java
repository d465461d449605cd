package dev.lading.registry;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.oci.MediaType;
import dev.lading.registry.internal.http.Wire;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the wire tests share: a client that does not wait but tells its pauses, and content. */
final class Clients {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private Clients() {}

    /** Collects pauses in place of waiting. */
    static List<Duration> pauses() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    /** Time stands still, and chance always says a half. */
    static Pacing pacing(List<Duration> pauses) {
        return new Pacing(Clock.fixed(NOW, ZoneOffset.UTC), () -> 0.5, pauses::add);
    }

    static List<Throwable> throwables() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    static RegistryClient client(List<Duration> pauses) {
        return client(RegistrySettings.defaults(), pauses);
    }

    static RegistryClient client(RegistrySettings settings, List<Duration> pauses) {
        return new RegistryClient(
                Wire.open(settings.connectTimeout(), settings.idleTimeout()), settings, pacing(pauses));
    }

    static byte[] sample(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    static Descriptor described(byte[] bytes) {
        return Descriptor.of(MediaType.OCI_LAYER, Digest.of(bytes), bytes.length);
    }

    static <E extends LadingException> E failure(Class<E> type, ThrowingCallable call) {
        return catchThrowableOfType(type, call);
    }
}
