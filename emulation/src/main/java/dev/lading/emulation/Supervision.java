package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One process of the host and all that it starts, from its start to its end: its streams, its time, and its end when the caller
 * is interrupted.
 *
 * <p>The kernel tells children of the end of the <em>thread</em> that started them, so a thread of the run's own starts the
 * process and lives as long as it does.
 */
final class Supervision {
    private static final int BUFFER_BYTES = 32 * 1024;
    private static final Duration MAP_PATIENCE = Duration.ofSeconds(10);
    private static final Duration SIGNAL_PATIENCE = Duration.ofSeconds(5);
    private static final int LAST_SIGNAL = 64;
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

    private final LaunchSpec spec;
    private final RunFolder run;
    private final Start start;
    private final CompletableFuture<Process> started = new CompletableFuture<>();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final Tail output = new Tail(RunResult.KEPT_BYTES);
    private final Tail errors = new Tail(RunResult.KEPT_BYTES);
    private final List<Thread> threads = new ArrayList<>();
    private final long begun = System.nanoTime();

    Supervision(LaunchSpec spec, RunFolder run, Start start) {
        this.spec = spec;
        this.run = run;
        this.start = start;
    }

    Tail output() {
        return output;
    }

    Tail errors() {
        return errors;
    }

    /** Runs it to its end. @return its exit code */
    int await() {
        Optional<String> terminal = Terminal.given(spec) ? Terminal.settings() : Optional.empty();
        thread("lading-run", this::startAndPump);
        try {
            Process process = started.get();
            run.remember(process.toHandle());
            if (start.writeMap()) {
                writeMap(process);
            }
            spec.started.accept(number -> signal(process, number));
            return waitFor(process);
        } catch (InterruptedException e) {
            end();
            Thread.currentThread().interrupt();
            throw new CancelledException("the program was ended, for the thread was interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new UnavailableException(
                    "cannot start " + start.command().get(0) + ": " + (cause == null ? e : cause).getMessage(), e);
        } catch (IOException e) {
            end();
            throw LadingException.from("cannot run the program", e);
        } catch (RuntimeException | Error e) {
            end();
            throw e;
        } finally {
            join();
            terminal.ifPresent(Terminal::set);
        }
    }

    private int waitFor(Process process) throws InterruptedException, IOException {
        if (spec.timeout.isPresent()) {
            long left = spec.timeout.get().toNanos() - (System.nanoTime() - begun);
            if (!process.waitFor(Math.max(0, left), TimeUnit.NANOSECONDS)) {
                end();
                throw new CancelledException(
                        "the program did not end within " + spec.timeout.get().toMillis()
                                + " ms and was ended, with all that it had started" + lastWords());
            }
        } else {
            process.waitFor();
        }
        // Its output is whole when the pipes are empty.
        for (Thread thread : threads()) {
            if (!thread.getName().endsWith("stdin")) {
                thread.join();
            }
        }
        IOException broken = failure.get();
        if (broken != null) {
            throw broken;
        }
        return process.exitValue();
    }

    private String lastWords() {
        // What unshare says when its child is killed is none of the program's.
        String text = errors.text()
                .replace("unshare: sigprocmask unblock failed: Invalid argument", "")
                .strip();
        return text.isEmpty() ? "" : "; the last it said: " + text.substring(Math.max(0, text.length() - 500));
    }

    private void startAndPump() {
        Process process;
        try {
            process = builder().start();
        } catch (IOException e) {
            started.completeExceptionally(e);
            return;
        }
        if (!spec.terminal) {
            thread("lading-run-stderr", () -> pump(process.getErrorStream(), spec.errors.orElse(errors), process));
            spec.input.ifPresent(in -> thread("lading-run-stdin", () -> feed(in, process)));
        }
        started.complete(process);
        if (!spec.terminal) {
            pump(process.getInputStream(), spec.output.orElse(output), process);
        }
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private ProcessBuilder builder() {
        ProcessBuilder builder =
                new ProcessBuilder(start.command()).directory(run.path().toFile());
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C");
        if (spec.terminal) {
            builder.inheritIO();
        } else if (spec.inputFile.isPresent()) {
            builder.redirectInput(spec.inputFile.get().toFile());
        } else if (spec.input.isEmpty()) {
            builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        }
        return builder;
    }

    private void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        synchronized (threads) {
            threads.add(thread);
        }
        thread.start();
    }

    private List<Thread> threads() {
        synchronized (threads) {
            return new ArrayList<>(threads);
        }
    }

    /** What the caller's stream cannot take ends the program: nobody would hear it. */
    private void pump(InputStream from, OutputStream to, Process process) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from) {
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                try {
                    to.write(buffer, 0, n);
                } catch (IOException e) {
                    failure.compareAndSet(
                            null, new IOException("the program's output cannot be written on: " + e.getMessage(), e));
                    kill(process);
                    return;
                }
            }
            to.flush();
        } catch (IOException e) {
            // The pipe was closed because the run is over.
            if (process.isAlive()) {
                failure.compareAndSet(null, e);
                kill(process);
            }
        }
    }

    private void feed(InputStream in, Process process) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream to = process.getOutputStream()) {
            for (int n = in.read(buffer); n >= 0 && process.isAlive(); n = in.read(buffer)) {
                to.write(buffer, 0, n);
                to.flush();
            }
        } catch (IOException e) {
            // A program that does not read all of its input is no failure, and a broken input is its end.
        }
    }

    /**
     * Gives a user namespace the identifiers that this process has, each as itself. Only a process outside may, and only once;
     * the script waits for it.
     */
    private void writeMap(Process process) throws IOException, InterruptedException {
        Path proc = Path.of("/proc/" + process.pid());
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
        long deadline = System.nanoTime() + MAP_PATIENCE.toNanos();
        while (process.isAlive()) {
            if (!userNamespace(proc).orElse(own).equals(own)) {
                Files.writeString(proc.resolve("gid_map"), same("/proc/self/gid_map"));
                Files.writeString(proc.resolve("uid_map"), same("/proc/self/uid_map"));
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("the user namespace was not made within " + MAP_PATIENCE.toSeconds() + " s");
            }
            Thread.sleep(0, 200_000);
        }
    }

    /** Empty once the process has ended. */
    private static Optional<Path> userNamespace(Path process) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(process.resolve("ns/user")));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** All identifiers in one piece is what the host's own map looks like, and runc takes it for that; so in two. */
    private static String same(String map) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(map), StandardCharsets.US_ASCII)) {
            String[] fields = line.strip().split(" +", 3);
            long first = Long.parseLong(fields[0]);
            long count = Long.parseLong(fields[2]);
            if (count > 1) {
                text.append(first)
                        .append(' ')
                        .append(first)
                        .append(' ')
                        .append(count - 1)
                        .append('\n');
            }
            long last = first + count - 1;
            text.append(last).append(' ').append(last).append(" 1\n");
        }
        return text.toString();
    }

    private boolean signal(Process process, int number) {
        if (number < 1 || number > LAST_SIGNAL) {
            throw new InvalidInputException(number + " is no signal; signals are numbered from 1 to " + LAST_SIGNAL);
        }
        if (!start.ready().getAsBoolean()) {
            return false;
        }
        List<String> command = new ArrayList<>();
        if (start.signals().isPresent()) {
            command.addAll(start.signals().get());
            command.add(Integer.toString(number));
        } else {
            Optional<ProcessHandle> program = Optional.of(process.toHandle());
            for (int below = 0; below < start.depth(); below++) {
                program = program.flatMap(Supervision::onlyChild);
            }
            if (program.isEmpty()) {
                return false;
            }
            // The shell's own: small systems have no program for it.
            command.addAll(List.of(
                    Stage.tool("sh"),
                    "-c",
                    "kill -" + number + " " + program.get().pid()));
        }
        return process.isAlive() && HostProgram.run(command, SIGNAL_PATIENCE).exitCode() == 0;
    }

    private static Optional<ProcessHandle> onlyChild(ProcessHandle process) {
        return process.children().min((a, b) -> Long.compare(a.pid(), b.pid()));
    }

    private void end() {
        try {
            // It is being started, if it is not yet.
            kill(started.join());
        } catch (CompletionException e) {
            // It could not be started: there is nothing to end.
            return;
        }
    }

    /**
     * Ends everything. The first process of the namespace goes first: {@code unshare} then waits until the kernel has ended all
     * others, so that its end is the end of all.
     */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        long deadline = System.nanoTime() + QUIET_NANOS;
        boolean interrupted = Thread.interrupted();
        try {
            while (process.isAlive() && System.nanoTime() < deadline) {
                process.waitFor(5, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** No thread outlives the run; a caller's stream that does not let go of its thread holds it. */
    private void join() {
        boolean interrupted = Thread.interrupted();
        for (Thread thread : threads()) {
            while (thread.isAlive()) {
                try {
                    if (thread.getName().endsWith("stdin")) {
                        thread.interrupt();
                        closeInput();
                    }
                    thread.join(50);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeInput() {
        spec.input.ifPresent(in -> {
            try {
                in.close();
            } catch (IOException e) {
                // It is closed to free the thread that reads it, and for nothing else.
            }
        });
    }
}
