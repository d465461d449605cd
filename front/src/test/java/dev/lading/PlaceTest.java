package dev.lading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.Reference;
import dev.lading.oci.UnsupportedException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
    private static final String HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /** The table writes «#» for a digest, so that a line can be read. */
    private static String full(String text) {
        return text.replace("#", "@sha256:" + HEX);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            # word,                      folder,          tag,    digest
            oci:image,                   image,           -,      false
            oci:image:1.0,               image,           1.0,    false
            oci:image:1.0#,              image,           1.0,    true
            oci:image#,                  image,           -,      true
            oci:/srv/image:1,            /srv/image,      1,      false
            oci:a/b:c/d,                 a/b:c/d,         -,      false
            oci:a:b:c,                   a:b,             c,      false
            oci:image:.hidden,           image:.hidden,   -,      false
            oci:image@home,              image@home,      -,      false
            oci:image@home:1,            image@home,      1,      false
            oci:me@host/image:1#,        me@host/image,   1,      true
            oci:C:\\image,               C:\\image,       -,      false
            oci:C:\\image:1,             C:\\image,       1,      false
            oci:c:/image:1#,             c:/image,        1,      true
            oci:C:image,                 C:image,         -,      false
            oci:C:image:1,               C:image,         1,      false
            oci:./C:image,               ./C,             image,  false
            oci:C#,                      C,               -,      true
            oci:CD:image,                CD,              image,  false
            oci:5:image,                 5,               image,  false
            oci:.,                       .,               -,      false
            oci:..:1,                    ..,              1,      false
            oci:with space:1,            with space,      1,      false
            oci:oci:1,                   oci,             1,      false
            oci:docker://x/y,            docker://x/y,    -,      false
            oci:folder:with/,            folder:with/,    -,      false
            oci-layout://image:1,        image,           1,      false
            oci-layout:///srv/image#,    /srv/image,      -,      true
            oci-layout://C:\\image:1,    C:\\image,       1,      false
            ocidir://image:1,            image,           1,      false
            ocidir:///srv/image,         /srv/image,      -,      false
            """)
    void a_layout_is_a_folder_with_tag_and_digest(String word, String folder, String tag, boolean digest) {
        Place place = Place.parse(full(word));
        assertThat(place)
                .isEqualTo(new Place.Layout(
                        folder,
                        Optional.ofNullable(tag),
                        digest ? Optional.of(Digest.parse("sha256:" + HEX)) : Optional.empty()));
        assertThat(place.toString())
                .startsWith("oci:")
                .isEqualTo(Place.parse(place.toString()).toString());
        assertThat(Place.parse(place.toString())).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            oci-archive:x.tar,               x.tar,            -,    false
            oci-archive:x.tar:1,             x.tar,            1,    false
            oci-archive:/tmp/x.tar:1#,       /tmp/x.tar,       1,    true
            oci-archive:C:\\x.tar,           C:\\x.tar,        -,    false
            oci-archive:C:\\x.tar:1,         C:\\x.tar,        1,    false
            """)
    void a_layout_in_a_tar_is_a_file_with_tag_and_digest(String word, String file, String tag, boolean digest) {
        Place place = Place.parse(full(word));
        assertThat(place)
                .isEqualTo(new Place.LayoutTar(
                        file,
                        Optional.ofNullable(tag),
                        digest ? Optional.of(Digest.parse("sha256:" + HEX)) : Optional.empty()));
        assertThat(place).hasToString(full(word));
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            docker-archive:x.tar,                      x.tar,         -
            docker-archive:x.tar:app,                  x.tar,         docker.io/library/app:latest
            docker-archive:x.tar:app:1,                x.tar,         docker.io/library/app:1
            docker-archive:x.tar:h.example:5000/a/b:1, x.tar,         h.example:5000/a/b:1
            docker-archive:C:\\x.tar,                  C:\\x.tar,     -
            docker-archive:C:\\x.tar:app:1,            C:\\x.tar,     docker.io/library/app:1
            docker-archive:/tmp/x.tar:team/app,        /tmp/x.tar,    docker.io/team/app:latest
            """)
    void a_docker_archive_is_a_file_and_a_name_after_the_first_colon(String word, String file, String name) {
        Place place = Place.parse(word);
        assertThat(place)
                .isEqualTo(new Place.DockerTar(file, Optional.ofNullable(name).map(Reference::parse)));
        assertThat(Place.parse(place.toString())).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # word,                              printed
            debian,                              docker.io/library/debian:latest
            debian:12,                           docker.io/library/debian:12
            team/app,                            docker.io/team/app:latest
            docker.io/debian,                    docker.io/library/debian:latest
            index.docker.io/debian:12,           docker.io/library/debian:12
            debian#,                             docker.io/library/debian#
            debian:12#,                          docker.io/library/debian:12#
            localhost/app,                       localhost/app:latest
            127.0.0.1:5000/team/app:1,           127.0.0.1:5000/team/app:1
            [::1]:5000/app:1,                    [::1]:5000/app:1
            Registry.Example/app:1,              registry.example/app:1
            docker://debian,                     docker.io/library/debian:latest
            docker://h.example/app:1#,           h.example/app:1#
            docker://a:5000/app:1,               docker://a:5000/app:1
            docker://oci:5000/app:1,             docker://oci:5000/app:1
            docker://oci-archive:5000/app:1,     docker://oci-archive:5000/app:1
            docker://docker:5000/app:1,          docker:5000/app:1
            docker://x:1,                        docker.io/library/x:1
            file.tar,                            docker.io/library/file.tar:latest
            daemon:app,                          daemon:docker.io/library/app:latest
            daemon:h.example/app:1,              daemon:h.example/app:1
            docker-daemon:app:1,                 daemon:docker.io/library/app:1
            """)
    void a_name_is_read_as_docker_reads_it_and_printed_in_full(String word, String printed) {
        Place place = Place.parse(full(word));
        assertThat(place).hasToString(full(printed)).isEqualTo(Place.parse(full(printed)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/srv/image",
                "./image",
                "../image",
                ".",
                "..",
                "C:\\image",
                "c:/image",
                "C:image",
                "a:latest",
                ".\\image",
                "\\\\server\\image"
            })
    void a_path_is_never_a_name_and_the_refusal_names_oci(String word) {
        assertThat(Place.isPath(word)).isTrue();
        assertThatThrownBy(() -> Place.parse(word))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("«" + word + "» is a path and no image's name; write oci:" + word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "image.tar", "team/app:1", "oci:./image", "h.example/app", "aa:latest", "..x"})
    void what_begins_otherwise_is_no_path(String word) {
        assertThat(Place.isPath(word)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # word,                        what the message says
            oci:,                          folder is empty
            oci::1,                        folder is empty
            'oci-archive:',                file is empty
            'docker-archive:',             file is empty
            oci:image:,                    has no tag after its last colon
            docker-archive:x.tar:,         has no name after the colon
            docker-archive:x.tar#,         a Docker archive knows names only
            docker-archive:x.tar:app#,     a Docker archive knows names only
            oci:image@sha256:abc,          64 hexadecimal digits
            oci:image@sha256:,             64 hexadecimal digits
            https://h.example/app,         is no kind of place
            Team/App,                      upper-case
            daemon:Team/app/,              empty part
            """)
    void what_breaks_the_grammar_is_refused_with_the_reason(String word, String reason) {
        assertThatThrownBy(() -> Place.parse(full(word)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void an_unknown_digest_algorithm_is_refused_as_one() {
        assertThatThrownBy(() -> Place.parse("oci:image@md5:d41d8cd98f00b204e9800998ecf8427e"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("md5");
    }

    @Test
    void an_image_id_of_an_engine_is_refused_by_name() {
        assertThatThrownBy(() -> Place.parse("daemon:sha256:" + HEX))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("image ID");
    }

    @Test
    void a_folder_that_would_be_read_otherwise_cannot_be_made() {
        assertThatThrownBy(() -> new Place.Layout("image:b", Optional.empty(), Optional.empty()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("would be read as something else");
        assertThatThrownBy(() -> new Place.Layout("C", Optional.of("1"), Optional.empty()))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Place.Layout("a\nb", Optional.empty(), Optional.empty()))
                .isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Place.DockerTar("image:b", Optional.empty()))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void the_old_name_of_docker_hub_is_printed_as_the_new_one() {
        assertThat(new Place.Remote(Reference.of("index.docker.io", "team/app")))
                .hasToString("docker.io/team/app:latest");
    }

    @Test
    void a_place_takes_a_digest_or_another_tag() {
        Digest digest = Digest.parse("sha256:" + HEX);
        assertThat(Place.parse("oci:image:1").withDigest(digest)).hasToString(full("oci:image:1#"));
        assertThat(Place.parse(full("oci:image:1#")).withTag("2")).hasToString("oci:image:2");
        assertThat(Place.parse("h.example/app").withDigest(digest)).hasToString(full("h.example/app:latest#"));
        assertThat(Place.parse(full("h.example/app:1#")).withTag("2")).hasToString("h.example/app:2");
        assertThat(Place.parse("docker-archive:x.tar:app:1").withTag("2"))
                .hasToString("docker-archive:x.tar:docker.io/library/app:2");
        assertThatThrownBy(() -> Place.parse("docker-archive:x.tar:app").withDigest(digest))
                .isInstanceOf(UnsupportedException.class);
    }
}
