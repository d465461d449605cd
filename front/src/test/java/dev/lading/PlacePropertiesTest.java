package dev.lading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PlacePropertiesTest {
    private static final Digest DIGEST = Digest.of(new byte[0]);

    @Property(seed = "20261121")
    void what_can_be_read_is_printed_so_that_it_reads_back_equal(@ForAll("words") String word) {
        Place place;
        try {
            place = Place.parse(word);
        } catch (LadingException e) {
            Assume.that(false);
            return;
        }
        String printed = place.toString();
        assertThat(Place.parse(printed)).isEqualTo(place);
        assertThat(Place.parse(printed)).hasToString(printed);
    }

    @Property(seed = "20261121")
    void any_text_is_read_or_refused_with_a_kind_of_ours(@ForAll String text) {
        try {
            assertThat(Place.parse(text).toString()).isNotEmpty();
        } catch (LadingException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    /** Words near the grammar's edges: every kind and alias, colons, drives, separators and digests in odd places. */
    @Provide
    Arbitrary<String> words() {
        Arbitrary<String> piece = Arbitraries.of(
                "a",
                "C",
                "image",
                "1.0",
                ":",
                ":",
                "/",
                "/",
                "\\",
                ".",
                "..",
                "@",
                "-",
                "_",
                "host.example",
                "localhost",
                "5000",
                "Up",
                " ",
                "oci",
                "docker",
                "oci:",
                "daemon:",
                "latest",
                "@" + DIGEST,
                "@sha256:",
                "@md5:");
        return Arbitraries.of(
                        "",
                        "",
                        "",
                        "oci:",
                        "oci-layout://",
                        "ocidir://",
                        "oci-archive:",
                        "docker-archive:",
                        "daemon:",
                        "docker-daemon:",
                        "docker://")
                .flatMap(kind -> piece.list().ofMinSize(1).ofMaxSize(7).map(parts -> kind + String.join("", parts)));
    }
}
