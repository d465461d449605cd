package dev.lading.oci;

import static dev.lading.oci.PlatformMatcher.compatible;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageIndexSelectTest {
    private static final String NOWHERE = "none";

    private static Descriptor bare(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return Descriptor.of(MediaType.OCI_MANIFEST, Digest.of(bytes), bytes.length);
    }

    /** An index whose entries are told apart by their place in it. */
    private static ImageIndex index(String... platforms) {
        List<Descriptor> entries = new ArrayList<>();
        for (String platform : platforms) {
            Descriptor entry = bare(platform + entries.size());
            entries.add(platform.equals(NOWHERE) ? entry : entry.withPlatform(Platform.parseLenient(platform)));
        }
        return ImageIndex.of(entries);
    }

    private static int place(ImageIndex index, Descriptor chosen) {
        return index.manifests().indexOf(chosen);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/amd64,1",
        "linux/x86_64/v1,1",
        "linux/amd64/v2,3",
        "linux/arm,4",
        "linux/armhf,4",
        "linux/arm64/v8,5",
    })
    void the_first_entry_that_is_the_platform_itself_is_chosen(String wanted, int place) {
        ImageIndex index = index(
                "unknown/unknown",
                "linux/amd64",
                "linux/amd64",
                "linux/amd64/v2",
                "linux/arm/v7",
                "linux/aarch64",
                "linux/arm64/v8",
                NOWHERE);
        assertThat(place(index, index.select(Platform.parse(wanted)))).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource({
        "linux/amd64/v3,2",
        "linux/amd64,0",
        "linux/arm64,1",
        "linux/arm/v7,1",
        "linux/arm/v5,3",
        "windows(10.0.26100)/amd64,4"
    })
    void the_best_that_a_machine_runs_is_chosen_where_that_is_asked_for(String wanted, int place) {
        ImageIndex index = index(
                "linux/386",
                "linux/arm/v6",
                "linux/amd64/v2",
                "linux/arm/v5",
                "windows(10.0.20348.1)/amd64",
                "windows(10.0.26100.1)/amd64",
                "unknown/unknown");
        assertThat(place(index, index.select(Platform.parse(wanted), compatible())))
                .isEqualTo(place);
    }

    @Test
    void nothing_is_chosen_strictly_that_is_only_compatible() {
        assertThatThrownBy(() ->
                        index("linux/amd64", "linux/arm/v6", "unknown/unknown").select(Platform.LINUX_ARM_V7))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no image for linux/arm/v7 in this index")
                .hasMessageContaining("it has linux/amd64, linux/arm/v6;")
                .hasMessageContaining("linux/arm/v6 is the nearest that would run on linux/arm/v7")
                .hasMessageNotContaining("unknown");
    }

    @Test
    void where_nothing_would_run_the_refusal_lists_what_there_is() {
        assertThatThrownBy(
                        () -> index("linux/amd64", "linux/amd64", NOWHERE).select(Platform.LINUX_S390X, compatible()))
                .isInstanceOf(NotFoundException.class)
                .hasMessage("no image for linux/s390x in this index, 1 of whose entries say no platform; it has"
                        + " linux/amd64. Choose another image or drop the platform.");
        assertThatThrownBy(() -> index("unknown/unknown").select(Platform.NONE))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("it has none for any platform");
        assertThatThrownBy(() -> index().select(Platform.LINUX_AMD64)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void a_refusal_of_a_huge_index_is_short() {
        String[] many = new String[5_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = "linux/cpu" + i;
        }
        assertThatThrownBy(() -> index(many).select(Platform.LINUX_AMD64))
                .hasMessageContaining("and 4976 more")
                .message()
                .hasSizeLessThan(1_000);
    }

    @Test
    void several_platforms_are_chosen_at_once_in_the_order_asked_for() {
        ImageIndex index = index("linux/amd64", "linux/arm64", "linux/s390x");
        List<Platform> wanted = List.of(Platform.LINUX_S390X, Platform.parse("linux/x86_64"));
        assertThat(index.select(wanted).keySet()).containsExactlyElementsOf(wanted);
        assertThat(index.select(wanted).values().stream().map(d -> place(index, d)))
                .containsExactly(2, 0);
    }

    @Test
    void one_refusal_names_every_platform_that_is_missing() {
        assertThatThrownBy(() -> index("linux/386", "linux/arm/v5")
                        .select(List.of(Platform.LINUX_AMD64, Platform.LINUX_386, Platform.LINUX_ARM_V7)))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("no image for linux/amd64, linux/arm/v7 in this index")
                .hasMessageContaining("linux/386 is the nearest that would run on linux/amd64")
                .hasMessageContaining("linux/arm/v5 is the nearest that would run on linux/arm/v7");
    }

    @Test
    void a_hostile_platform_is_not_printed_raw() {
        ImageIndex index = ImageIndex.of(List.of(bare("x").withPlatform(Platform.of("linux", "\u001b[2J\n"))));
        assertThatThrownBy(() -> index.select(Platform.LINUX_AMD64))
                .hasMessageContaining("linux/%1B%5B2J%0A")
                .hasMessageNotContaining("\u001b");
    }
}
