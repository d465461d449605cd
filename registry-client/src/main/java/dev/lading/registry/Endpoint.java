package dev.lading.registry;

import dev.lading.oci.InvalidInputException;
import dev.lading.registry.internal.http.Url;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * Where a registry is, and where it may send a client: the origin policy.
 *
 * <p>Plain http is for exact loopback names and addresses alone, never guessed from how a name begins. An answer may lead
 * from http to https but never back, and http leads to loopback only. Uploads go to the registry's own origin or to a
 * public https one; only a registry that is itself on a private network may name a private one.
 */
final class Endpoint {
    private static final Pattern QUAD = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    /** What resolvers read as an address though it is no dotted quad: 127.1, 2130706433, 0x7f.1. */
    private static final Pattern LAST_LABEL_NUMERIC = Pattern.compile("(.*\\.)?(0[xX][0-9a-fA-F]*|[0-9]+)\\.?");

    private final Url base;

    private Endpoint(Url base) {
        this.base = base;
    }

    /**
     * Finds the endpoint of a registry.
     *
     * @param registry host or host:port, as in a reference
     * @throws InvalidInputException if it is none
     */
    static Endpoint of(String registry) {
        // Docker Hub's name in references is not the host that serves its API.
        String authority =
                registry.equals("docker.io") || registry.equals("index.docker.io") ? "registry-1.docker.io" : registry;
        return Url.of(isLoopback(host(authority)) ? "http" : "https", authority)
                .map(Endpoint::new)
                .orElseThrow(() -> new InvalidInputException("«" + registry
                        + "» is not a registry's host or host:port; a port is a number from 1 to 65535"));
    }

    /** The host as it was written: what a resolver or parser would unfold is no exact loopback name. */
    private static String host(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        String host = end <= 0 ? authority : authority.substring(0, end);
        return host.equals("[::1]") ? "::1" : host;
    }

    /** Says whether a host is loopback by its exact name or address. */
    static boolean isLoopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || QUAD.matcher(host).matches() && host.startsWith("127.") && isAddress(host);
    }

    private static boolean isAddress(String quad) {
        for (String part : quad.split("\\.", -1)) {
            if (Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    /** Says whether a host is not for the internet: loopback, private, link-local, unspecified, or oddly written. */
    static boolean isPrivate(String host) {
        if (host.equals("localhost") || host.endsWith(".localhost") || isLoopback(host)) {
            return true;
        }
        boolean literal = host.contains(":") || QUAD.matcher(host).matches() && isAddress(host);
        if (!literal) {
            return LAST_LABEL_NUMERIC.matcher(host).matches();
        }
        try {
            // A literal is not looked up.
            InetAddress address = InetAddress.getByName(host);
            byte[] bytes = address.getAddress();
            int first = bytes[0] & 0xff;
            int second = bytes[1] & 0xff;
            return address.isLoopbackAddress()
                    || address.isLinkLocalAddress()
                    || address.isSiteLocalAddress()
                    || address.isAnyLocalAddress()
                    || address.isMulticastAddress()
                    || bytes.length == 4 && (first == 0 || first >= 240 || first == 100 && (second & 0xc0) == 64)
                    || bytes.length == 16 && (first & 0xfe) == 0xfc;
        } catch (UnknownHostException e) {
            return true;
        }
    }

    /** Returns the address of a path of the API, below {@code /v2/}. */
    Url url(String path) {
        return base.path("/v2/" + path);
    }

    /** Returns host and port for a message. */
    String authority() {
        return base.authority();
    }

    /**
     * Says why a GET or HEAD may not be led to an address.
     *
     * @return the reason, or an empty text if it may
     */
    String refusesRedirect(Url from, Url to) {
        if (to.isHttps()) {
            return "";
        }
        if (from.isHttps()) {
            return "it leads from https to http";
        }
        return isLoopback(to.host()) ? "" : "it leads to http on a host that is not this machine";
    }

    /**
     * Says why an upload may not go to an address that the registry named.
     *
     * @return the reason, or an empty text if it may
     */
    String refusesUpload(Url to) {
        if (to.sameOrigin(base)) {
            return "";
        }
        String redirect = refusesRedirect(base, to);
        if (!redirect.isEmpty()) {
            return redirect;
        }
        return isPrivate(to.host()) && !isPrivate(base.host()) ? "it leads into a private network" : "";
    }
}
