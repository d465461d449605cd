package dev.lading.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SilentServerTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void it_reads_what_comes_and_never_answers() throws Exception {
        try (SilentServer server = SilentServer.reading();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(new byte[100_000]);
            server.awaitBytes(100_000, LONG);
            client.setSoTimeout(50);

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            assertThat(server.connections()).isOne();
            assertThat(server.bytesRead()).isEqualTo(100_000);
        }
    }

    @Test
    void it_stops_to_read_so_that_writes_no_longer_pass() throws Exception {
        try (SilentServer server = SilentServer.readingAtMost(1000);
                SocketChannel client =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
            client.configureBlocking(false);
            ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
            long taken = 0;
            for (int refused = 0; refused < 20; ) {
                int written = client.write(zeros.clear());
                taken += written;
                refused = written == 0 ? refused + 1 : 0;
                if (written == 0) {
                    server.awaitBytes(1000, LONG);
                    Thread.sleep(5);
                }
                // Whatever the buffers hold, it is not this much.
                assertThat(taken).isLessThan(256L * 1024 * 1024);
            }
            assertThat(server.bytesRead()).isEqualTo(1000);
        }
    }

    @Test
    void waiting_for_bytes_that_do_not_come_fails_with_what_came() throws IOException {
        try (SilentServer server = SilentServer.reading();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(new byte[3]);
            assertThatThrownBy(() -> server.awaitBytes(4, Duration.ofMillis(50)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("of 4 bytes");
        }
    }

    @Test
    void closing_ends_the_connections() throws Exception {
        SilentServer server = SilentServer.reading();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(1);
            server.awaitBytes(1, LONG);
            server.close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }
}
