package dev.lading.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lading.oci.UnsupportedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            oci:image:1                              | oci:image:1
            oci:folder=with=equals                   | oci:folder=with=equals
            h.example/app:1                          | h.example/app:1
            oci-archive:x.tar                        | oci-archive:x.tar
            type=oci,dest=x.tar                      | oci-archive:x.tar
            type=oci,tar=true,dest=x.tar             | oci-archive:x.tar
            type=oci,dest=DIR,tar=false              | oci:DIR
            tar=0,type=oci,dest=DIR                  | oci:DIR
            type=oci,"dest=a,b",tar=false            | oci:a,b
            type=oci,"dest=a""b",tar=false           | oci:a"b
            """)
    void a_place_or_buildx_fields_say_where_to(String word, String place) {
        assertThat(Output.parse(word).place())
                .hasValueSatisfying(p -> assertThat(p).hasToString(place));
    }

    @ParameterizedTest
    @ValueSource(strings = {"type=registry", "type=image,push=true", "type=image,push=1", "push=true,type=image"})
    void a_push_goes_where_the_names_say(String word) {
        assertThat(Output.parse(word).place()).isEmpty();
    }

    @Test
    void fields_may_name_the_image_too() {
        assertThat(Output.parse("type=image,\"name=a/b:1,a/b:2\",push=true").names())
                .containsExactly("a/b:1", "a/b:2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "type=image",
                "type=image,push=false",
                "type=docker",
                "type=docker,dest=x.tar",
                "type=local,dest=x",
                "type=tar,dest=x"
            })
    void what_is_not_carried_out_yet_is_refused_by_name(String word) {
        assertThatThrownBy(() -> Output.parse(word))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(word.split(",", -1)[0]);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            type=oci                          | names no folder
            type=oci,dest=-                   | names no folder
            dest=x.tar                        | names no type
            type=ocI,dest=x                   | no --output type=ocI
            type=oci,dest=x,compression=zstd  | «compression»
            type=oci,dest=x,tar=maybe         | neither true nor false
            type=oci,dest=x,dest=y            | «dest» twice
            type=oci,dest                     | is not key=value
            type=oci,"dest=x                  | not closed
            type=oci,"dest=x"y                | after a closing quote
            ./image                           | oci:./image
            /srv/image                        | oci:/srv/image
            """)
    void what_makes_no_sense_is_a_wrong_call(String word, String reason) {
        assertThatThrownBy(() -> Output.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(reason);
    }
}
