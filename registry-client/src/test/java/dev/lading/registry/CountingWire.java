package dev.lading.registry;

import dev.lading.registry.internal.http.Url;
import dev.lading.registry.internal.http.Wire;
import dev.lading.registry.internal.http.WireAnswer;
import dev.lading.registry.internal.http.WireRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is read of all answers, at the reader. */
record CountingWire(Wire wire, AtomicLong bytes) implements Wire {
    @Override
    public WireAnswer send(WireRequest request) throws IOException {
        WireAnswer answer = wire.send(request);
        InputStream counted = new FilterInputStream(answer.body()) {
            @Override
            public int read() throws IOException {
                throw new AssertionError("nobody reads bytes one by one");
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = super.read(buffer, offset, length);
                bytes.addAndGet(Math.max(0, n));
                return n;
            }

            @Override
            public long skip(long n) throws IOException {
                long skipped = super.skip(n);
                bytes.addAndGet(skipped);
                return skipped;
            }
        };
        return new WireAnswer() {
            @Override
            public Url url() {
                return answer.url();
            }

            @Override
            public int status() {
                return answer.status();
            }

            @Override
            public List<String> headers(String name) {
                return answer.headers(name);
            }

            @Override
            public InputStream body() {
                return counted;
            }

            @Override
            public void close() {
                answer.close();
            }
        };
    }

    @Override
    public void close() {
        wire.close();
    }
}
