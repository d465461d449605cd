package dev.lading.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.InvalidInputException;
import dev.lading.registry.internal.http.Url;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    private static Url url(String text) {
        return Url.of("https", "any.example").orElseThrow().resolve(text).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:5000", "127.0.0.1", "127.0.0.1:1", "127.255.0.3:80", "[::1]:5000"})
    void exact_loopback_names_are_spoken_to_by_http(String registry) {
        assertThat(Endpoint.of(registry).url("").isHttps()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost.example",
                "127.0.0.1.example",
                "[::ffff:7f00:1]",
                "127.1",
                "127.0.0.256",
                "0.0.0.0",
                "10.0.0.1:5000",
                "registry.example:80",
                "mylocalhost",
                "[::2]:5000"
            })
    void everything_else_is_spoken_to_by_https(String registry) {
        assertThat(Endpoint.of(registry).url("").isHttps()).isTrue();
    }

    @Test
    void the_hub_is_asked_where_its_api_is() {
        assertThat(Endpoint.of("docker.io").authority()).isEqualTo("registry-1.docker.io");
        assertThat(Endpoint.of("docker.io").url("library/x")).hasToString("https://registry-1.docker.io/v2/library/x");
    }

    @Test
    void a_port_that_is_none_is_refused() {
        assertThatThrownBy(() -> Endpoint.of("registry.example:99999"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("99999");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "a.localhost",
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "0.0.0.0",
                "100.64.0.1",
                "240.0.0.1",
                "224.0.0.1",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "127.1",
                "2130706433",
                "0x7f.1",
                "a.1",
                "10.0.0.256"
            })
    void addresses_that_are_not_for_the_internet_are_private(String host) {
        assertThat(Endpoint.isPrivate(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "registry.example",
                "8.8.8.8",
                "172.32.0.1",
                "100.128.0.1",
                "2001:4860:4860::8888",
                "1.registry.example",
                "localhost.example"
            })
    void other_addresses_are_public(String host) {
        assertThat(Endpoint.isPrivate(host)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // registry, where the upload is sent to, allowed
        "registry.example, https://registry.example/x, true",
        "registry.example, https://registry.example:443/x, true",
        "registry.example, http://registry.example/x, false",
        "registry.example, https://storage.example/x, true",
        "registry.example, https://registry.example:8443/x, true",
        "registry.example, http://storage.example/x, false",
        "registry.example, https://127.0.0.1/x, false",
        "registry.example, https://[::ffff:10.0.0.1]/x, false",
        "registry.example, https://169.254.169.254/x, false",
        "registry.example, https://2130706433/x, false",
        "10.0.0.1, https://10.0.0.2/x, true",
        "127.0.0.1:5000, http://127.0.0.1:5000/x, true",
        "127.0.0.1:5000, http://127.0.0.1:5001/x, true",
        "127.0.0.1:5000, http://10.0.0.1/x, false",
        "127.0.0.1:5000, http://storage.example/x, false",
        "127.0.0.1:5000, https://storage.example/x, true"
    })
    void uploads_go_to_the_registry_or_to_public_https(String registry, String to, boolean allowed) {
        assertThat(Endpoint.of(registry).refusesUpload(url(to)).isEmpty()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "https://registry.example/x, https://storage.example/x, true",
        "https://registry.example/x, http://registry.example/x, false",
        "https://registry.example/x, http://127.0.0.1/x, false",
        "http://127.0.0.1:5000/x, https://storage.example/x, true",
        "http://127.0.0.1:5000/x, http://localhost:5001/x, true",
        "http://127.0.0.1:5000/x, http://storage.example/x, false"
    })
    void redirects_never_leave_https_and_http_never_leaves_this_machine(String from, String to, boolean allowed) {
        assertThat(Endpoint.of("registry.example")
                        .refusesRedirect(url(from), url(to))
                        .isEmpty())
                .isEqualTo(allowed);
    }

    @Test
    void addresses_hide_what_may_be_a_secret_and_refuse_a_users_name() {
        Url base = url("https://registry.example/v2/x");
        assertThat(base.resolve("/y?_state=canary&digest=sha256:aa").orElseThrow())
                .hasToString("https://registry.example/y?_state=…&digest=sha256:aa");
        assertThat(base.resolve("https://user:canary@registry.example/")).isEmpty();
        assertThat(base.resolve("ftp://registry.example/")).isEmpty();
        assertThat(base.resolve("//storage.example/z")).map(Url::host).contains("storage.example");
        assertThat(base.resolve("https://registry.example\\@evil.example/"))
                .map(Url::host)
                .contains("registry.example");
    }
}
