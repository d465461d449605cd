package dev.lading.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The {@code lading} command. */
public final class Main {
    // What a verb may take to clean up after an interrupt; it needs a fraction of a second.
    private static final int PATIENCE_SECONDS = 5;

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code: 0 done, 1 failed, 2 wrong call, 3 a check found faults, 4 not
     * found, 130 interrupted.
     *
     * @param words a verb and what follows it
     */
    public static void main(String[] words) {
        Thread verb = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        // SIGINT starts the end of the JVM, which waits for this: the verb is interrupted and cleans up. The exit code
        // is then
        // the JVM's own, 130.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupt(verb, done), "lading-interrupt"));
        Session session = new Session(
                new Console(
                        new FileOutputStream(FileDescriptor.out),
                        new FileOutputStream(FileDescriptor.err),
                        outputIsTerminal()),
                name -> Optional.ofNullable(System.getenv(name)));
        int code;
        try {
            code = session.run(words);
        } finally {
            done.countDown();
        }
        System.exit(code);
    }

    /** Linux says it of the one stream; elsewhere Java only knows of input and output together, which is not the question. */
    private static boolean outputIsTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void interrupt(Thread verb, CountDownLatch done) {
        if (done.getCount() == 0) {
            return;
        }
        verb.interrupt();
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("lading: what was going on did not stop; ending anyway");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
