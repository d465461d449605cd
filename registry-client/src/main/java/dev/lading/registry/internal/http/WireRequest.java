package dev.lading.registry.internal.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A request.
 *
 * @param method the method, in upper case
 * @param url where it goes
 * @param headers its headers
 * @param body what it carries
 * @param answerWithin how long the other side may be silent, if not as long as the wire's own limit
 * @param endWithin how long everything may take, from connecting to the end of the answer
 */
public record WireRequest(
        String method,
        Url url,
        Map<String, String> headers,
        Optional<WireBody> body,
        Optional<Duration> answerWithin,
        Optional<Duration> endWithin) {
    /** Makes the value. */
    public WireRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * Makes a request without headers and body.
     *
     * @param method the method
     * @param url where it goes
     * @return the request
     */
    public static WireRequest of(String method, Url url) {
        return new WireRequest(method, url, Map.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Returns this request with a header.
     *
     * @param name the header's name
     * @param value its value
     * @return the new request
     */
    public WireRequest with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new WireRequest(method, url, more, body, answerWithin, endWithin);
    }

    /**
     * Returns this request with a body.
     *
     * @param newBody what it carries
     * @return the new request
     */
    public WireRequest with(WireBody newBody) {
        return new WireRequest(method, url, headers, Optional.of(newBody), answerWithin, endWithin);
    }

    /**
     * Returns this request with another method.
     *
     * @param newMethod the method, in upper case
     * @return the new request
     */
    public WireRequest method(String newMethod) {
        return new WireRequest(newMethod, url, headers, body, answerWithin, endWithin);
    }

    /**
     * Returns this request for another address.
     *
     * @param newUrl where it goes
     * @return the new request
     */
    public WireRequest to(Url newUrl) {
        return new WireRequest(method, newUrl, headers, body, answerWithin, endWithin);
    }

    /**
     * Returns this request with another limit of silence.
     *
     * @param limit how long the other side may be silent
     * @return the new request
     */
    public WireRequest answerWithin(Duration limit) {
        return new WireRequest(method, url, headers, body, Optional.of(limit), endWithin);
    }

    /**
     * Returns this request with a limit on everything.
     *
     * @param limit how long it may take from connecting to the end of the answer
     * @return the new request
     */
    public WireRequest endWithin(Duration limit) {
        return new WireRequest(method, url, headers, body, answerWithin, Optional.of(limit));
    }
}
