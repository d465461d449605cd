package dev.lading.registry.internal.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The address of a request, http or https. It is parsed by the reader that connects: what is checked is what is used.
 *
 * <p>Its text form hides every query value that may be a secret. Immutable; equal if the addresses are.
 */
public final class Url {
    /** Query members whose values are no secrets; a registry's own state and signatures are. */
    private static final Set<String> SHOWN = Set.of("ns", "n", "last", "from", "mount", "digest");

    private final HttpUrl url;

    private Url(HttpUrl url) {
        this.url = url;
    }

    HttpUrl toHttpUrl() {
        return url;
    }

    /**
     * Makes the address of a server.
     *
     * @param scheme {@code http} or {@code https}
     * @param authority host or host:port
     * @return the address, with the path {@code /}; empty if the authority is none
     */
    public static Optional<Url> of(String scheme, String authority) {
        return Optional.ofNullable(HttpUrl.parse(scheme + "://" + authority + "/"))
                .map(Url::new);
    }

    /**
     * Reads an address that a server gave in an answer, absolute or relative to this one (RFC 3986, section 5).
     *
     * @param reference the text
     * @return the address, or empty if it is none, is neither http nor https, or holds a user's name
     */
    public Optional<Url> resolve(String reference) {
        @Nullable HttpUrl resolved = url.resolve(reference);
        if (resolved == null
                || !resolved.username().isEmpty()
                || !resolved.password().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Url(resolved.newBuilder().fragment(null).build()));
    }

    /**
     * Returns an address on the same server.
     *
     * @param path the path, absolute, of characters that need no encoding
     * @return the address, without a query
     */
    public Url path(String path) {
        return new Url(url.newBuilder().encodedPath(path).query(null).build());
    }

    /**
     * Returns this address with a member added to its query; what is there stays as it is.
     *
     * @param name the member's name
     * @param value its value, of characters that need no encoding in a query
     * @return the new address
     */
    public Url with(String name, String value) {
        return new Url(url.newBuilder().addEncodedQueryParameter(name, value).build());
    }

    /**
     * Says whether two addresses have scheme, host and port in common (RFC 6454).
     *
     * @param other the other address
     * @return true if they have
     */
    public boolean sameOrigin(Url other) {
        return isHttps() == other.isHttps() && host().equals(other.host()) && url.port() == other.url.port();
    }

    /**
     * Says whether the address is https.
     *
     * @return false for http
     */
    public boolean isHttps() {
        return url.isHttps();
    }

    /**
     * Returns the host.
     *
     * @return a name in lower case, or a literal address: IPv6 without brackets, IPv4 in IPv6 as IPv4
     */
    public String host() {
        return url.host();
    }

    /**
     * Returns host and port for a message.
     *
     * @return host:port; the scheme's own port is left out
     */
    public String authority() {
        String host = host().contains(":") ? "[" + host() + "]" : host();
        return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
    }

    /**
     * Returns scheme, host and port for a message.
     *
     * @return the origin
     */
    public String origin() {
        return url.scheme() + "://" + authority();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Url that && url.equals(that.url);
    }

    @Override
    public int hashCode() {
        return url.hashCode();
    }

    /** Returns the address for a message, query values hidden. */
    @Override
    public String toString() {
        List<String> query = new ArrayList<>();
        for (int i = 0; i < url.querySize(); i++) {
            String name = url.queryParameterName(i);
            query.add(name + "=" + (SHOWN.contains(name) ? url.queryParameterValue(i) : "…"));
        }
        return url.scheme() + "://" + authority() + url.encodedPath()
                + (query.isEmpty() ? "" : "?" + String.join("&", query));
    }
}
