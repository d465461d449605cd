package dev.lading.testsupport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * Fails a test that leaves a thread, a file descriptor or a temporary file behind.
 *
 * <p>Registered for every test of the project through JUnit's extension detection. What is there before the test
 * instance is made is the baseline, so what {@code @BeforeAll} has opened may stay; it must be gone when the class
 * ends. The look afterwards is taken when the test's extension context closes: after every {@code @AfterEach}, and
 * after {@code @TempDir} has been deleted. Something that is just ending gets {@link #GRACE}, looked at every few
 * milliseconds.
 *
 * <p>It sees the whole JVM, so tests run one at a time in a JVM. Descriptors are seen on Linux only; temporary files
 * only where {@code java.io.tmpdir} is the module's own folder below {@code target}, as the build sets it.
 */
public final class LeakCheck implements BeforeAllCallback, TestInstancePreConstructCallback, BeforeEachCallback {

    /** How long something may take to end after a test before it counts as left. */
    static final Duration GRACE = Duration.ofSeconds(2);

    /** Configuration parameter with another grace, in milliseconds; this class's own tests are impatient. */
    static final String GRACE_PARAMETER = "lading.leakcheck.grace.millis";

    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(LeakCheck.class);

    /** Made by JUnit. */
    public LeakCheck() {}

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        watch(context);
    }

    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        watch(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        watch(context);
    }

    private static void watch(ExtensionContext context) {
        // The key holds the id, for a store also finds what lies in its parents.
        context.getStore(NAMESPACE)
                .computeIfAbsent(
                        context.getUniqueId(), id -> new Watch(context.getDisplayName(), grace(context)), Watch.class);
    }

    private static Duration grace(ExtensionContext context) {
        return context.getConfigurationParameter(GRACE_PARAMETER)
                .map(Long::parseLong)
                .map(Duration::ofMillis)
                .orElse(GRACE);
    }

    /** Closed by JUnit with the context that holds it; what it throws then fails the test. */
    private static final class Watch implements AutoCloseable {
        private final String name;
        private final Duration grace;
        private final LiveThreads threads;
        private final OpenDescriptors descriptors;
        private final TemporaryFiles files;

        Watch(String name, Duration grace) {
            this.name = name;
            this.grace = grace;
            this.files = TemporaryFiles.now();
            this.descriptors = OpenDescriptors.now();
            this.threads = LiveThreads.now();
        }

        @Override
        public void close() {
            // A test of cancellation leaves its thread's flag set; JUnit clears it before the next test, we before
            // waiting.
            boolean interrupted = Thread.interrupted();
            long deadline = System.nanoTime() + grace.toNanos();
            List<String> left = left();
            while (!left.isEmpty() && System.nanoTime() < deadline) {
                interrupted |= pausedByInterrupt();
                left = left();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (!left.isEmpty()) {
                throw new AssertionError(name + " left behind:\n  " + String.join("\n  ", left)
                        + "\nClose or join what the test, or the code under it, has opened or started.");
            }
        }

        private static boolean pausedByInterrupt() {
            try {
                Thread.sleep(5);
                return false;
            } catch (InterruptedException e) {
                return true;
            }
        }

        private List<String> left() {
            List<String> left = new ArrayList<>();
            left.addAll(threads.addedSince());
            left.addAll(descriptors.addedSince());
            left.addAll(files.addedSince());
            return left;
        }
    }
}
