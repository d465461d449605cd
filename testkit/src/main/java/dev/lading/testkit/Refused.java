package dev.lading.testkit;

import java.util.Map;

/** A request that is answered in the distribution specification's form of an error («Error Codes»). */
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final transient Map<String, String> headers;

    Refused(int status, String code, String message) {
        this(status, code, message, Map.of());
    }

    Refused(int status, String code, String message, Map<String, String> headers) {
        super(message);
        this.status = status;
        this.code = code;
        this.headers = headers;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** Headers that go with the error. */
    Map<String, String> headers() {
        return headers;
    }
}
