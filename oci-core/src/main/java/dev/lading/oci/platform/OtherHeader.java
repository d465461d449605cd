package dev.lading.oci.platform;

import java.util.Objects;
import java.util.Set;

/**
 * A file that no system starts by itself.
 *
 * @param form what it is instead, as far as its first bytes tell
 */
public record OtherHeader(Form form) implements ExecutableHeader {
    /** What a file is that is no executable. */
    public enum Form {
        /** A file of no bytes. */
        EMPTY("empty file"),
        /** Readable text that does not begin with {@code #!}. */
        TEXT("text without interpreter line"),
        /** A file packed by gzip. */
        GZIP("gzip file"),
        /** A file packed by zstd. */
        ZSTD("zstd file"),
        /** A file packed by xz. */
        XZ("xz file"),
        /** A file packed by bzip2. */
        BZIP2("bzip2 file"),
        /** A zip archive that is no Java archive. */
        ZIP("zip archive"),
        /** An archive of {@code ar}: a static library or a Debian package. */
        AR("ar archive"),
        /** A program for DOS, which has Windows' first two bytes but no PE header. */
        DOS("DOS program"),
        /** None of these. */
        UNKNOWN("file of unknown format");

        private final String words;

        Form(String words) {
            this.words = words;
        }
    }

    /** Makes the value. */
    public OtherHeader {
        Objects.requireNonNull(form);
    }

    @Override
    public Kind kind() {
        return Kind.OTHER;
    }

    /** {@return {@link ExecutableFault#EMPTY} or {@link ExecutableFault#NO_INTERPRETER_LINE} where the form is that} */
    @Override
    public Set<ExecutableFault> faults() {
        if (form == Form.EMPTY) {
            return Set.of(ExecutableFault.EMPTY);
        }
        return form == Form.TEXT ? Set.of(ExecutableFault.NO_INTERPRETER_LINE) : Set.of();
    }

    /** Returns what this is, in words. */
    @Override
    public String toString() {
        return form.words;
    }
}
