package dev.lading.oci.content;

import dev.lading.oci.CancelledException;
import dev.lading.oci.ContentMismatchException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.UnavailableException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies a graph of content from its place into another: the one engine for every pair of places.
 *
 * <p>Each digest moves once, children before parents, names last and in order. The target pulls, and repeats what its own
 * wire breaks; nothing is repeated here. What is in the target already does not move, but is still walked.
 *
 * <p>An immutable description; {@link #to} carries it out and may be called again.
 */
public final class GraphCopy {
    private final ContentGraph graph;
    private final int threads;
    private final Optional<TransferListener> listener;
    private final Optional<Duration> timeout;

    private GraphCopy(
            ContentGraph graph, int threads, Optional<TransferListener> listener, Optional<Duration> timeout) {
        this.graph = graph;
        this.threads = threads;
        this.listener = listener;
        this.timeout = timeout;
    }

    /**
     * Describes the copy of a graph.
     *
     * @param graph what to copy, and from where
     * @return the copy, with as many threads as there are processors but at most 4
     */
    public static GraphCopy from(ContentGraph graph) {
        return new GraphCopy(
                Objects.requireNonNull(graph), Workers.defaultThreads(), Optional.empty(), Optional.empty());
    }

    /**
     * Returns this copy with another number of threads.
     *
     * @param count how many blobs may move at once, at least 1
     * @return the new description
     * @throws InvalidInputException if the count is less than 1
     */
    public GraphCopy threads(int count) {
        if (count < 1) {
            throw new InvalidInputException("a copy needs at least one thread, not " + count);
        }
        return new GraphCopy(graph, count, listener, timeout);
    }

    /**
     * Returns this copy with a listener.
     *
     * @param newListener hears every transfer's states
     * @return the new description
     */
    public GraphCopy listener(TransferListener newListener) {
        return new GraphCopy(graph, threads, Optional.of(newListener), timeout);
    }

    /**
     * Returns this copy with a deadline; when it passes, the work is cancelled as by an interrupt.
     *
     * @param limit how long it may take
     * @return the new description
     */
    public GraphCopy timeout(Duration limit) {
        return new GraphCopy(graph, threads, listener, Optional.of(limit));
    }

    /**
     * Copies.
     *
     * @param target where to
     * @param names the names that the target is to know it by, set last and in this order
     * @return what was done
     * @throws SourceFailedException if the source cannot be read; what is no such failure is the target's
     * @throws ContentMismatchException if content of the source is not what its descriptor says
     * @throws PartlyTaggedException if some of the names moved and others did not
     * @throws CancelledException if the thread is interrupted or the time is up
     * @throws LadingException of another kind if the target refuses or cannot be reached
     */
    public CopyResult to(ContentTarget target, String... names) {
        return new Run(target).copy(List.of(names));
    }

    /** One carrying out. */
    private final class Run {
        private final ContentTarget target;
        private final AtomicInteger copied = new AtomicInteger();
        private final AtomicInteger skipped = new AtomicInteger();
        private final AtomicInteger mounted = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();
        private final AtomicBoolean warned = new AtomicBoolean();
        private final long started = System.nanoTime();

        Run(ContentTarget target) {
            this.target = target;
        }

        CopyResult copy(List<String> names) {
            AtomicReference<ContentGraph.@Nullable Walk> walked = new AtomicReference<>();
            timed(() -> walked.set(walk()));
            ContentGraph.Walk walk = Objects.requireNonNull(walked.get(), "a walk that ends has found something");
            List<Runnable> moves = new ArrayList<>();
            for (GraphNode blob : walk.blobs().values()) {
                moves.add(() -> moveBlob(blob));
            }
            Workers.run("copy", moves, threads, remaining());
            timed(() -> {
                Document root = graph.root(walk);
                walk.documents().values().forEach(this::moveDocument);
                tag(root, names);
            });
            return new CopyResult(graph.descriptor(), names, copied.get(), skipped.get(), mounted.get(), bytes.get());
        }

        /** A part of the work that needs no second thread has one all the same where there is a deadline to keep. */
        private void timed(Runnable work) {
            if (timeout.isEmpty()) {
                work.run();
            } else {
                Workers.run("copy", List.of(work), 1, remaining());
            }
        }

        private Optional<Duration> remaining() {
            return timeout.map(limit -> {
                Duration left = limit.minusNanos(System.nanoTime() - started);
                return left.isNegative() ? Duration.ZERO : left;
            });
        }

        private ContentGraph.Walk walk() {
            try {
                return graph.walk();
            } catch (ContentMismatchException | CancelledException | SourceFailedException e) {
                throw e;
            } catch (LadingException e) {
                throw new SourceFailedException(graph.descriptor(), e);
            }
        }

        private void moveBlob(GraphNode node) {
            Descriptor descriptor = node.descriptor();
            // The source is asked only for what the target lacks: new layers of a build are in the target alone.
            AtomicReference<@Nullable Blob> moving = new AtomicReference<>();
            move(
                    descriptor,
                    () -> {
                        Blob blob = moving.get();
                        return blob == null ? 0 : blob.bytesRead();
                    },
                    told -> {
                        if (target.exists(descriptor, Role.BLOB)) {
                            skipped.incrementAndGet();
                            return Transfer.State.SKIPPED;
                        }
                        if (mount(node)) {
                            mounted.incrementAndGet();
                            return Transfer.State.MOUNTED;
                        }
                        if (liesElsewhere(node)) {
                            skipped.incrementAndGet();
                            return Transfer.State.SKIPPED;
                        }
                        Blob blob = sourceSide(node);
                        moving.set(blob);
                        tell(told, Transfer.State.MOVING);
                        target.put(blob);
                        return Transfer.State.DONE;
                    });
        }

        /** Base layers of Windows lay at their owner's addresses and in no registry; nothing here ever asks those. */
        private boolean liesElsewhere(GraphNode node) {
            Descriptor descriptor = node.descriptor();
            if (!descriptor.mediaType().isNonDistributableLayer()
                    || descriptor.urls().isEmpty()) {
                return false;
            }
            try {
                return !node.source().exists(descriptor, Role.BLOB);
            } catch (CancelledException e) {
                throw e;
            } catch (LadingException e) {
                throw new SourceFailedException(descriptor, e);
            }
        }

        private Blob sourceSide(GraphNode node) {
            try {
                return node.source().blob(node.descriptor());
            } catch (CancelledException e) {
                throw e;
            } catch (LadingException e) {
                throw new SourceFailedException(node.descriptor(), e);
            }
        }

        private boolean mount(GraphNode node) {
            Optional<MountOrigin> origin = node.source().ability(MountOrigin.class);
            Optional<MountsFrom> mounts = target.ability(MountsFrom.class);
            return origin.isPresent() && mounts.isPresent() && mounts.get().mount(node.descriptor(), origin.get());
        }

        private void moveDocument(Document document) {
            Descriptor descriptor = document.descriptor();
            move(descriptor, descriptor::size, told -> {
                if (target.exists(descriptor, Role.MANIFEST)) {
                    skipped.incrementAndGet();
                    return Transfer.State.SKIPPED;
                }
                tell(told, Transfer.State.MOVING);
                target.put(document);
                return Transfer.State.DONE;
            });
        }

        private void move(Descriptor descriptor, LongSupplier read, Move move) {
            Transfer transfer = new Transfer() {
                @Override
                public Descriptor descriptor() {
                    return descriptor;
                }

                @Override
                public long bytes() {
                    return read.getAsLong();
                }
            };
            tell(transfer, Transfer.State.STARTED);
            Transfer.State end = Transfer.State.FAILED;
            try {
                end = move.make(transfer);
                if (end == Transfer.State.DONE) {
                    copied.incrementAndGet();
                    bytes.addAndGet(descriptor.size());
                }
            } finally {
                tell(transfer, end);
            }
        }

        private void tell(Transfer transfer, Transfer.State state) {
            if (listener.isEmpty()) {
                return;
            }
            try {
                listener.get().changed(transfer, state);
            } catch (RuntimeException e) {
                if (warned.compareAndSet(false, true)) {
                    System.getLogger(GraphCopy.class.getName())
                            .log(Level.WARNING, "a transfer listener failed; its failures are dropped", e);
                }
            }
        }

        private void tag(Document root, List<String> names) {
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                try {
                    target.tag(root, name);
                } catch (LadingException e) {
                    // A broken wire may have lost the answer of a name that moved; an answer that refuses has moved
                    // none.
                    boolean lost = e instanceof UnavailableException && e.getCause() instanceof IOException;
                    boolean unknown = lost || e instanceof CancelledException;
                    if (i == 0 && !lost) {
                        throw e;
                    }
                    throw new PartlyTaggedException(
                            names.subList(0, i),
                            unknown ? Optional.empty() : Optional.of(name),
                            unknown ? Optional.of(name) : Optional.empty(),
                            names.subList(i + 1, names.size()),
                            e);
                }
            }
        }
    }

    /** Moves one descriptor and says how it ended. */
    private interface Move {
        Transfer.State make(Transfer told);
    }
}
