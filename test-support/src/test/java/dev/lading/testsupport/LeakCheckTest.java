package dev.lading.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

class LeakCheckTest {
    /** What the samples leave, taken away again by the test around them, which is watched itself. */
    private static final Deque<AutoCloseable> LEFT = new ArrayDeque<>();

    @AfterEach
    void take_away_what_the_samples_left() throws Exception {
        while (!LEFT.isEmpty()) {
            LEFT.pop().close();
        }
    }

    @Test
    void a_thread_that_lives_on_fails_the_test_that_started_it() {
        assertThat(failureOf(LeavesThread.class)).contains("starts_one() left behind", "thread \"sample-worker\"");
    }

    @Test
    void a_thread_that_is_just_ending_is_waited_for() {
        assertThat(failureOf(EndsSoon.class)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void an_open_socket_fails_the_test_that_opened_it() {
        assertThat(failureOf(LeavesSocket.class)).contains("left behind", "socket:[");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void an_open_file_fails_the_test_that_opened_it_even_when_it_is_deleted() {
        assertThat(failureOf(LeavesOpenFile.class)).contains("left behind", "descriptor", "sample-open");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_pipe_fails_the_test_that_opened_it() {
        assertThat(failureOf(LeavesPipe.class)).contains("left behind", "pipe:[");
    }

    @Test
    void a_temporary_file_fails_the_test_that_made_it() {
        assertThat(failureOf(LeavesTemporaryFile.class)).contains("left behind", "temporary file", "sample-left");
    }

    @Test
    void an_interrupt_flag_left_set_does_not_hide_a_leak_nor_shorten_the_grace() {
        assertThat(failureOf(EndsSoonUnderInterrupt.class)).isEmpty();
        assertThat(failureOf(LeavesThreadUnderInterrupt.class)).contains("thread \"sample-interrupted\"");
    }

    @Test
    void what_a_field_of_the_test_opened_must_be_closed_too() {
        assertThat(failureOf(LeavesThreadOfField.class)).contains("left behind", "thread \"sample-of-field\"");
    }

    @Test
    void folders_of_JUnit_are_no_leak() {
        assertThat(failureOf(UsesTempDir.class)).isEmpty();
    }

    @Test
    void what_is_opened_before_all_may_live_as_long_as_the_class() {
        assertThat(failureOf(ServesAll.class)).isEmpty();
    }

    @Test
    void what_is_opened_before_all_and_never_closed_fails_the_class() {
        assertThat(failureOf(ServesAllForEver.class)).contains("ServesAllForEver left behind", "sample-server");
    }

    @Test
    void daemon_threads_that_outlive_their_client_are_let_live_by_name() {
        assertThat(LiveThreads.reasonToLive("OkHttp TaskRunner")).isPresent();
        assertThat(LiveThreads.reasonToLive("Okio Watchdog")).isPresent();
        assertThat(LiveThreads.reasonToLive("pool-1-thread-1")).isEmpty();
    }

    private static String failureOf(Class<?> sample) {
        EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(sample))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter(LeakCheck.GRACE_PARAMETER, "300")
                .execute();
        assertThat(results.testEvents().started().count()).isPositive();
        StringBuilder failures = new StringBuilder();
        results.allEvents().failed().stream()
                .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                .flatMap(result -> result.getThrowable().stream())
                .forEach(failures::append);
        return failures.toString();
    }

    private static Thread startThread(String name) {
        CountDownLatch end = new CountDownLatch(1);
        Thread thread = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.start();
        LEFT.push(() -> {
            end.countDown();
            thread.join();
        });
        return thread;
    }

    static class LeavesThread {
        @Test
        void starts_one() {
            startThread("sample-worker");
        }
    }

    static class LeavesThreadOfField {
        final Thread thread = startThread("sample-of-field");

        @Test
        void only_stands_by() {
            assertThat(thread.isAlive()).isTrue();
        }
    }

    static class EndsSoon {
        @Test
        void ends_one() throws Exception {
            startThread("sample-ending");
            AutoCloseable end = LEFT.pop();
            Thread other = new Thread(() -> {
                try {
                    Thread.sleep(50);
                    end.close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            other.start();
        }
    }

    static class LeavesSocket {
        @Test
        void opens_one() throws IOException {
            LEFT.push(new ServerSocket(0));
        }
    }

    static class LeavesOpenFile {
        @Test
        void opens_one() throws IOException {
            Path file = Files.createTempFile("sample-open", "");
            LEFT.push(FileChannel.open(file, StandardOpenOption.WRITE));
            Files.delete(file);
        }
    }

    static class LeavesPipe {
        @Test
        void opens_one() throws IOException {
            Pipe pipe = Pipe.open();
            LEFT.push(pipe.source());
            LEFT.push(pipe.sink());
        }
    }

    static class LeavesTemporaryFile {
        @Test
        void makes_one() throws IOException {
            Path file = Files.createTempFile("sample-left", "");
            LEFT.push(() -> Files.delete(file));
        }
    }

    static class EndsSoonUnderInterrupt extends EndsSoon {
        @AfterEach
        void set_the_flag() {
            Thread.currentThread().interrupt();
        }
    }

    static class LeavesThreadUnderInterrupt {
        @Test
        void sets_the_flag() {
            startThread("sample-interrupted");
            Thread.currentThread().interrupt();
        }
    }

    static class UsesTempDir {
        @TempDir
        Path field;

        @Test
        void writes_into_both(@TempDir Path parameter) throws IOException {
            Files.writeString(field.resolve("a"), "a");
            Files.writeString(parameter.resolve("b"), "b");
        }
    }

    static class ServesAll {
        @BeforeAll
        static void open() throws IOException {
            startThread("sample-server");
            LEFT.push(new ServerSocket(0));
        }

        @AfterAll
        static void close() throws Exception {
            LEFT.pop().close();
            LEFT.pop().close();
        }

        @Test
        void one() {
            assertThat(LEFT).hasSize(2);
        }

        @Test
        void two() {
            assertThat(LEFT).hasSize(2);
        }
    }

    static class ServesAllForEver {
        @BeforeAll
        static void open() {
            startThread("sample-server");
        }

        @Test
        void one() {
            assertThat(LEFT).hasSize(1);
        }
    }
}
