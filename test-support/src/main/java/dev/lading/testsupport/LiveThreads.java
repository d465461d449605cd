package dev.lading.testsupport;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The platform threads alive at one moment. */
final class LiveThreads {
    /** Threads that outlive whoever caused them, by the beginning of their name, each with the reason. */
    private static final Map<String, String> LET_LIVE = Map.ofEntries(
            Map.entry("OkHttp ", "OkHttp's static daemon threads outlive a closed client by a minute"),
            Map.entry("Okio Watchdog", "Okio's static daemon thread outlives a closed client by a minute"),
            Map.entry("Common-Cleaner", "the JDK's own, one for the JVM"),
            Map.entry("process reaper", "the JDK's own, ends a minute after the last child"),
            Map.entry("ForkJoinPool.commonPool", "the JDK's own, one pool for the JVM"),
            Map.entry("Keep-Alive-", "the JDK's own, of its URL connections"),
            Map.entry("HttpClient-", "the JDK's client cannot be closed on 17; its threads end when it is collected"),
            Map.entry("SeedGenerator", "the JDK's own, one for the JVM"),
            Map.entry("VirtualThread-unparker", "the JDK's own, one for the JVM"),
            Map.entry("Read-Poller", "the JDK's own, of virtual threads"),
            Map.entry("Write-Poller", "the JDK's own, of virtual threads"),
            Map.entry("Attach Listener", "the JVM's own, made when a tool looks at it"),
            Map.entry("Signal Dispatcher", "the JVM's own"),
            Map.entry("surefire-", "the test runner's"),
            Map.entry("junit-", "JUnit's, of its timeouts"));

    private final Set<Thread> threads;

    private LiveThreads(Set<Thread> threads) {
        this.threads = threads;
    }

    static LiveThreads now() {
        return new LiveThreads(alive());
    }

    List<String> addedSince() {
        return alive().stream()
                .filter(thread -> !threads.contains(thread))
                .filter(thread -> reasonToLive(thread.getName()).isEmpty())
                .filter(Thread::isAlive)
                .map(LiveThreads::describe)
                .sorted()
                .toList();
    }

    static Optional<String> reasonToLive(String threadName) {
        return LET_LIVE.entrySet().stream()
                .filter(entry -> threadName.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static Set<Thread> alive() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] found = new Thread[64];
        int count = root.enumerate(found, true);
        while (count == found.length) {
            found = new Thread[found.length * 2];
            count = root.enumerate(found, true);
        }
        Set<Thread> alive = Collections.newSetFromMap(new IdentityHashMap<>());
        alive.addAll(Arrays.asList(found).subList(0, count));
        return alive;
    }

    private static String describe(Thread thread) {
        String where = Stream.of(thread.getStackTrace())
                .limit(6)
                .map(frame -> "\n      at " + frame)
                .collect(Collectors.joining());
        return "thread \"" + thread.getName() + "\" " + thread.getState() + where;
    }
}
