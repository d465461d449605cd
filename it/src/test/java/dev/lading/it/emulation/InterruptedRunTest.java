package dev.lading.it.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.it.peers.BusyboxRoot;
import dev.lading.it.peers.Peers;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * An interrupt ends a run at any moment, its start included, and nothing is left of it: within 2 s as asserted here, within 100
 * ms as it should be. Each test prints how long it took; {@code -Dlading.rounds=N} makes N rounds of it.
 */
@Timeout(600)
class InterruptedRunTest {
    private static final int ROUNDS = Integer.getInteger("lading.rounds", 5);

    @TempDir
    static Path shared;

    @TempDir
    Path temp;

    private static HostExecution host = HostExecution.detect();
    private final Random random = new Random(6);

    @BeforeAll
    static void root() {
        Peers.requireRoot();
        for (String program : new String[] {"runc", "bwrap", "qemu-aarch64-static"}) {
            Peers.require(program);
        }
        BusyboxRoot.make(shared.resolve("arm64"), "arm64");
        host = HostExecution.detect();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "EMULATOR")
    void an_emulated_run_ends_soon_and_leaves_nothing(BackEnd backEnd) throws IOException, InterruptedException {
        Launcher launcher = Launcher.on(host)
                .root(shared.resolve("arm64"))
                .platform(Platform.LINUX_ARM64)
                .backEnd(backEnd)
                .state(temp.resolve("state"));
        // What is decided once a host is decided before the first round.
        launcher.run("true");
        String mounts = Files.readString(Path.of("/proc/self/mounts"));
        long[] running = new long[ROUNDS];
        long[] starting = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            CountDownLatch printed = new CountDownLatch(1);
            running[round] = interrupted(launcher.stdout(new First(printed)), printed);
            starting[round] = interrupted(launcher, new CountDownLatch(0));
            assertThat(temp.resolve("state")).isEmptyDirectory();
        }
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(line -> line.contains("4731")))
                .isEmpty();
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(mounts);
        tell(backEnd + ", while it runs", running);
        tell(backEnd + ", while it starts", starting);
    }

    /** Interrupts a run some milliseconds after a sign of it; returns the nanoseconds until it returned. */
    private long interrupted(Launcher launcher, CountDownLatch sign) throws InterruptedException {
        AtomicReference<Object> outcome = new AtomicReference<>("it returned");
        Thread caller = new Thread(
                () -> {
                    try {
                        launcher.run("sh", "-c", "(sleep 4731 &); echo; sleep 4731");
                    } catch (CancelledException e) {
                        outcome.set(Thread.currentThread().isInterrupted());
                    } catch (RuntimeException | Error e) {
                        outcome.set(e);
                    }
                },
                "caller");
        caller.start();
        assertThat(sign.await(60, TimeUnit.SECONDS)).isTrue();
        // Nothing depends on this: it only makes the interrupt come at another point in each round.
        Thread.sleep(random.nextInt(40));
        long start = System.nanoTime();
        caller.interrupt();
        caller.join(30_000);
        long took = System.nanoTime() - start;
        assertThat(outcome.get()).as("cancelled, and the flag kept").isEqualTo(true);
        assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(2));
        return took;
    }

    private static void tell(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "interrupt: %s: %.1f ms in the middle, %.1f ms at most, in %d rounds%n",
                what, nanos[nanos.length / 2] / 1e6, nanos[nanos.length - 1] / 1e6, nanos.length);
    }

    /** Tells when the first byte came. */
    private static final class First extends ByteArrayOutputStream {
        private final CountDownLatch latch;

        First(CountDownLatch latch) {
            this.latch = latch;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            latch.countDown();
        }
    }
}
