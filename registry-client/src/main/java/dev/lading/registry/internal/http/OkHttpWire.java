package dev.lading.registry.internal.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * The wire by OkHttp, with everything it would do by itself switched off: redirects, repeats, challenges, cookies,
 * decompression. Those are decisions about registries, and are made above.
 *
 * <p>Calls run on the caller's thread over {@link ChannelSockets}. OkHttp's static daemon threads ({@code OkHttp …},
 * {@code Okio Watchdog}) watch timeouts and idle connections and end by themselves a minute after their last work.
 */
final class OkHttpWire implements Wire {
    private final OkHttpClient client;
    private volatile boolean closed;

    OkHttpWire(Duration connectTimeout, Duration idleTimeout) {
        client = new OkHttpClient.Builder()
                .followRedirects(false)
                .followSslRedirects(false)
                .retryOnConnectionFailure(false)
                // Connecting to several addresses at once would need threads that no interrupt of the caller reaches.
                .fastFallback(false)
                .protocols(List.of(Protocol.HTTP_1_1))
                .socketFactory(new ChannelSockets())
                .connectTimeout(connectTimeout)
                .readTimeout(idleTimeout)
                .writeTimeout(idleTimeout)
                .addInterceptor(OkHttpWire::limitSilence)
                .build();
    }

    private static Response limitSilence(Interceptor.Chain chain) throws IOException {
        @Nullable Duration limit = chain.request().tag(Duration.class);
        return limit == null
                ? chain.proceed(chain.request())
                : chain.withReadTimeout((int) Math.min(limit.toMillis(), Integer.MAX_VALUE), TimeUnit.MILLISECONDS)
                        .proceed(chain.request());
    }

    @Override
    public WireAnswer send(WireRequest request) throws IOException {
        if (closed) {
            throw new IllegalStateException("the registry client is closed");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted before the request was sent");
        }
        @Nullable SentBody body = request.body().map(SentBody::new).orElse(null);
        Request.Builder builder = new Request.Builder()
                .url(request.url().toHttpUrl())
                // Without it OkHttp asks for gzip, unpacks it, and hides the length.
                .header("Accept-Encoding", "identity")
                .header("User-Agent", "lading")
                .method(request.method(), body);
        request.headers().forEach(builder::header);
        request.answerWithin().ifPresent(limit -> builder.tag(Duration.class, limit));
        Call call = client.newCall(builder.build());
        request.endWithin().ifPresent(limit -> call.timeout().timeout(limit.toMillis(), TimeUnit.MILLISECONDS));
        Response response;
        try {
            response = call.execute();
        } catch (RuntimeException | Error e) {
            call.cancel();
            throw e;
        }
        Answer answer = new Answer(request.url(), call, response);
        if (body != null && !body.whole && response.isSuccessful()) {
            answer.close();
            throw new IOException("the server answered " + response.code() + " before it had read the whole body");
        }
        return answer;
    }

    @Override
    public void close() {
        closed = true;
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    /** A body that OkHttp sends once, whatever happens. */
    private static final class SentBody extends RequestBody {
        private final WireBody body;
        private boolean whole;

        SentBody(WireBody body) {
            this.body = body;
        }

        @Override
        public okhttp3.@Nullable MediaType contentType() {
            return null;
        }

        @Override
        public long contentLength() {
            return body.length();
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            body.writeTo(sink.outputStream());
            whole = true;
        }
    }

    private static final class Answer implements WireAnswer {
        private final Url url;
        private final Call call;
        private final Response response;
        private final Body body;

        Answer(Url url, Call call, Response response) {
            this.url = url;
            this.call = call;
            this.response = response;
            this.body = new Body(response.body().byteStream());
        }

        @Override
        public Url url() {
            return url;
        }

        @Override
        public int status() {
            return response.code();
        }

        @Override
        public List<String> headers(String name) {
            return response.headers(name);
        }

        @Override
        public InputStream body() {
            return body;
        }

        @Override
        public void close() {
            // OkHttp's close reads on for a tenth of a second to save the connection; a cancelled call is just closed.
            if (!body.ended && body.count != response.body().contentLength()) {
                call.cancel();
            }
            response.close();
        }
    }

    /** Knows whether the end was seen. */
    private static final class Body extends InputStream {
        private final InputStream in;
        private long count;
        private boolean ended;

        Body(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            if (read < 0) {
                ended = true;
            } else {
                count += read;
            }
            return read;
        }
    }
}
