package dev.lading.codecs.internal.crew;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A piece of the content on its way: filled by the encoder's caller, compressed by any one thread, written by the caller.
 * The {@link Crew} that it is given to says whose it is.
 */
public abstract class Piece {
    enum State {
        WAITING,
        TAKEN,
        DONE
    }

    /** Both belong to the crew. */
    State state = State.WAITING;

    @Nullable
    Throwable failure;

    /** For those who know what a piece is. */
    protected Piece() {}

    /**
     * Compresses. Which thread does it must not change the bytes.
     *
     * @param stop asked every few milliseconds; once true, the output is of no use
     * @throws IOException if it cannot be done
     */
    protected abstract void compress(BooleanSupplier stop) throws IOException;
}
