package dev.lading.cli;

import dev.lading.emulation.RunningProgram;
import dev.lading.oci.LadingException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands the signals that this process gets on to the program that it runs. A second request to end interrupts the run.
 *
 * <p>The JDK has signals in {@code sun.misc} alone, a supported but unnamed corner; it is reached by its name, so that a run-time
 * image without it still runs programs.
 */
final class PassedSignals implements AutoCloseable {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "USR1", 10, "TERM", 15);

    private final Thread verb;
    private volatile Optional<RunningProgram> program = Optional.empty();
    private final AtomicInteger requests = new AtomicInteger();
    private final Map<Object, Object> before = new LinkedHashMap<>();

    private PassedSignals(Thread verb) {
        this.verb = verb;
    }

    static PassedSignals catching(Thread verb) {
        PassedSignals signals = new PassedSignals(verb);
        for (String name : NUMBERS.keySet()) {
            signals.take(name);
        }
        return signals;
    }

    void to(RunningProgram running) {
        program = Optional.of(running);
    }

    private void take(String name) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Object handler = Proxy.newProxyInstance(
                    PassedSignals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            came(name);
                            return null;
                        }
                        return method.getName().equals("equals")
                                ? proxy == arguments[0]
                                : method.getName().equals("hashCode") ? System.identityHashCode(proxy) : name;
                    });
            Object old = signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
            before.put(signal, old);
        } catch (ReflectiveOperationException e) {
            // The JVM keeps this signal to itself, or has no such corner: it then does what it always does.
            return;
        }
    }

    private void came(String name) {
        boolean end = !name.equals("USR1");
        // A terminal tells the program of it by itself.
        boolean told = name.equals("INT") && atTerminal() && program.isPresent();
        boolean passed = told || program.filter(p -> passed(p, number(name))).isPresent();
        if (end && (!passed || requests.incrementAndGet() > 1)) {
            verb.interrupt();
        }
    }

    /** What cannot be passed ends the run: nobody would hear a failure in this thread. */
    private static boolean passed(RunningProgram program, int number) {
        try {
            return program.signal(number);
        } catch (LadingException e) {
            return false;
        }
    }

    private static boolean atTerminal() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/0")).startsWith("/dev/pts");
        } catch (IOException e) {
            return false;
        }
    }

    private static int number(String name) {
        return NUMBERS.getOrDefault(name, 0);
    }

    @Override
    public void close() {
        before.forEach((signal, old) -> {
            try {
                signal.getClass()
                        .getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"))
                        .invoke(null, signal, old);
            } catch (IllegalAccessException
                    | InvocationTargetException
                    | NoSuchMethodException
                    | ClassNotFoundException e) {
                throw new IllegalStateException("a signal that was taken cannot be given back", e);
            }
        });
    }
}
