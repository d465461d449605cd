package dev.lading.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.testsupport.CuttingProxy.Direction;
import dev.lading.testsupport.CuttingProxy.Ending;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CuttingProxyTest {
    /** Much more than the buffers of a loopback connection hold. */
    private static final int MANY = 32 * 1024 * 1024;

    @Test
    void without_a_cut_every_byte_passes_both_ways_and_is_counted() throws Exception {
        byte[] sent = new byte[300_000];
        new Random(1).nextBytes(sent);
        try (Echo echo = new Echo();
                CuttingProxy proxy = CuttingProxy.to(echo.port());
                Socket client = connect(proxy.port())) {
            Thread writer = new Thread(() -> write(client, sent));
            writer.start();
            byte[] received = client.getInputStream().readAllBytes();
            writer.join();

            assertThat(received).isEqualTo(sent);
            assertThat(proxy.bytes(Direction.TO_TARGET)).isEqualTo(sent.length);
            assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo(sent.length);
            assertThat(proxy.connections()).isOne();
            assertThat(proxy.cuts()).isZero();
        }
    }

    @Test
    void a_download_cut_by_fin_ends_after_exactly_that_many_bytes_and_only_once() throws Exception {
        try (Source source = new Source(100_000);
                CuttingProxy proxy = CuttingProxy.to(source.port()).cutOnce(Direction.TO_CLIENT, 40_000, Ending.FIN)) {
            assertThat(download(proxy)).isEqualTo(40_000);
            assertThat(download(proxy)).isEqualTo(100_000);
            assertThat(proxy.cuts()).isOne();
            assertThat(proxy.connections()).isEqualTo(2);
            assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo(140_000);
        }
    }

    @Test
    void a_download_cut_by_rst_fails_at_the_reader() throws Exception {
        try (Source source = new Source(MANY);
                CuttingProxy proxy = CuttingProxy.to(source.port()).cutOnce(Direction.TO_CLIENT, 40_000, Ending.RST)) {
            assertThatThrownBy(() -> download(proxy)).isInstanceOf(SocketException.class);
            assertThat(proxy.bytes(Direction.TO_CLIENT)).isEqualTo(40_000);
            assertThat(proxy.cuts()).isOne();
        }
    }

    @Test
    void as_many_connections_are_cut_as_asked_for() throws Exception {
        try (Source source = new Source(1000);
                CuttingProxy proxy = CuttingProxy.to(source.port()).cut(Direction.TO_CLIENT, 10, Ending.FIN, 2)) {
            assertThat(download(proxy)).isEqualTo(10);
            assertThat(download(proxy)).isEqualTo(10);
            assertThat(download(proxy)).isEqualTo(1000);
            assertThat(proxy.cuts()).isEqualTo(2);
        }
    }

    @Test
    void an_upload_cut_by_rst_breaks_the_writer() throws Exception {
        anUploadIsCut(Ending.RST);
    }

    @Test
    void an_upload_cut_by_fin_breaks_the_writer_too() throws Exception {
        anUploadIsCut(Ending.FIN);
    }

    private static void anUploadIsCut(Ending ending) throws IOException {
        try (SilentServer target = SilentServer.reading();
                CuttingProxy proxy = CuttingProxy.to(target.port()).cutOnce(Direction.TO_TARGET, 1_000_000, ending);
                Socket client = connect(proxy.port())) {
            assertThatThrownBy(() -> {
                        byte[] chunk = new byte[64 * 1024];
                        // Ends by the cut; a proxy that does not cut would keep this test until its timeout.
                        while (true) {
                            client.getOutputStream().write(chunk);
                        }
                    })
                    .isInstanceOf(SocketException.class);
            assertThat(proxy.bytes(Direction.TO_TARGET)).isEqualTo(1_000_000);
            assertThat(proxy.cuts()).isOne();
        }
    }

    @Test
    void an_upload_cut_by_fin_shows_the_client_an_orderly_end() throws Exception {
        try (SilentServer target = SilentServer.reading();
                CuttingProxy proxy = CuttingProxy.to(target.port()).cutOnce(Direction.TO_TARGET, 5, Ending.FIN);
                Socket client = connect(proxy.port())) {
            client.getOutputStream().write(new byte[6]);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void an_unreachable_target_ends_the_connection() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        try (CuttingProxy proxy = CuttingProxy.to(free);
                Socket client = connect(proxy.port())) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void closing_ends_connections_that_stand_still() throws Exception {
        try (SilentServer target = SilentServer.readingAtMost(1)) {
            CuttingProxy proxy = CuttingProxy.to(target.port());
            try (Socket client = connect(proxy.port())) {
                client.getOutputStream().write(new byte[100]);
                proxy.close();
                client.setSoTimeout(10_000);
                assertThat(endOf(client)).isIn("FIN", "RST");
            }
        }
    }

    private static String endOf(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0 ? "FIN" : "a byte";
        } catch (SocketException reset) {
            return "RST";
        }
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    private static long download(CuttingProxy proxy) throws IOException {
        try (Socket client = connect(proxy.port());
                InputStream in = client.getInputStream()) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends back what comes. */
    private static final class Echo extends OneByOne {
        Echo() throws IOException {}

        @Override
        void serve(Socket client) throws IOException {
            client.getInputStream().transferTo(client.getOutputStream());
        }
    }

    /** Sends so many bytes to whoever connects. */
    private static final class Source extends OneByOne {
        private final int length;

        Source(int length) throws IOException {
            this.length = length;
        }

        @Override
        void serve(Socket client) throws IOException {
            client.getOutputStream().write(new byte[length]);
        }
    }

    private abstract static class OneByOne implements AutoCloseable {
        private final Crew crew = new Crew("target");
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        OneByOne() throws IOException {
            crew.owns(server);
            crew.start("serve", this::serveAll);
        }

        private void serveAll() throws IOException {
            while (true) {
                Socket client = crew.owns(server.accept());
                try {
                    serve(client);
                } catch (SocketException expected) {
                    // The proxy has cut it.
                } finally {
                    crew.closeNow(client);
                }
            }
        }

        abstract void serve(Socket client) throws IOException;

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() {
            crew.close();
        }
    }
}
