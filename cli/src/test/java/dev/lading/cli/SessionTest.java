package dev.lading.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.Place;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.ImageConfig;
import dev.lading.oci.Platform;
import dev.lading.oci.content.Image;
import dev.lading.oci.layout.OciLayout;
import dev.lading.oci.platform.HostPlatform;
import dev.lading.oci.rootfs.FileTree;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarReader;
import dev.lading.testkit.LocalRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
    private final LocalRegistry registry = LocalRegistry.create();
    private final ByteArrayOutputStream results = new ByteArrayOutputStream();
    private final ByteArrayOutputStream notes = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path folder;

    private Path site;
    private Path program;

    @BeforeEach
    void files() throws IOException {
        site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(site.resolve("index.html"), "hello");
        byte[] arm64 = new byte[64];
        System.arraycopy(new byte[] {0x7f, 'E', 'L', 'F', 2, 1}, 0, arm64, 0, 6);
        arm64[16] = 2;
        arm64[18] = (byte) 183;
        program = Files.write(folder.resolve("program"), arm64);
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private int lading(String... words) {
        results.reset();
        notes.reset();
        return new Session(new Console(results, notes), name -> Optional.ofNullable(environment.get(name))).run(words);
    }

    private String out() {
        return results.toString(UTF_8);
    }

    private String err() {
        return notes.toString(UTF_8);
    }

    private String name(String rest) {
        return registry.address() + "/" + rest;
    }

    private String layout(String tag) {
        return "oci:" + folder.resolve("image") + ":" + tag;
    }

    private static Digest only(LocalRegistry registry, String repository, String tag) {
        return registry.store(repository).find(tag).map(Descriptor::digest).orElseThrow();
    }

    @Test
    void attributes_that_files_lose_on_their_way_into_an_image_are_noted_and_a_clean_tree_notes_nothing()
            throws IOException {
        String[] build = {"build", "--add", site + ":/site", "--add", program + ":/run", "--audit=false", "--output", ""
        };
        build[build.length - 1] = "oci:" + folder.resolve("image") + ":1";
        assertThat(lading(build)).as(err()).isZero();
        assertThat(err()).doesNotContain("left out");
        for (int i = 0; i < 12; i++) {
            Path file = Files.writeString(site.resolve("f\n" + i), "x");
            UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
            Assumptions.assumeTrue(view != null, "no attributes here");
            view.write("note", ByteBuffer.wrap(new byte[] {1}));
        }
        Files.getFileAttributeView(program, UserDefinedFileAttributeView.class)
                .write("note", ByteBuffer.wrap(new byte[] {1}));
        assertThat(lading(build)).as(err()).isZero();
        assertThat(err())
                .contains("left out: " + site + "/f\\u000a0: the attribute user.note\n")
                .endsWith("left out: 3 more\n--keep-attributes puts attributes in\n");
        String[] one = {"build", "--add", program + ":/run", "--audit=false", "--output", build[build.length - 1]};
        assertThat(lading(one)).as(err()).isZero();
        assertThat(err())
                .isEqualTo(
                        "left out: " + program + ": the attribute user.note\n--keep-attributes puts attributes in\n");
    }

    @Test
    void a_push_prints_each_name_with_its_digest_alone_on_standard_output() {
        int code = lading(
                "build",
                "--add",
                site + ":/srv/site",
                "--add",
                program + ":/bin/run:linux/arm64",
                "--platform",
                "linux/amd64,linux/arm64",
                "--entrypoint",
                "/bin/run 'a b'",
                "-t",
                name("app:1"),
                "-t",
                name("app:2"),
                "--push");
        assertThat(err()).contains("linux/amd64 sha256:", "linux/arm64 sha256:").doesNotContain("went up");
        assertThat(code).isZero();
        Digest digest = only(registry, "app", "1");
        assertThat(out()).isEqualTo(name("app@") + digest + "\n");
        assertThat(only(registry, "app", "2")).isEqualTo(digest);
        Image arm64 = registry.store("app").resolve("1").image(Platform.LINUX_ARM64);
        assertThat(arm64.layers()).hasSize(2);
        assertThat(arm64.config().entrypoint()).containsExactly("/bin/run", "a b");
        assertThat(registry.store("app")
                        .resolve("1")
                        .image(Platform.LINUX_AMD64)
                        .layers())
                .hasSize(1);
    }

    @Test
    void a_push_for_the_host_alone_says_so_in_one_line() {
        assertThat(lading("build", "--add", site + ":/srv/site", "-t", name("app:1"), "--push"))
                .isZero();
        assertThat(err().lines())
                .singleElement()
                .asString()
                .contains("only " + HostPlatform.detect().forImages() + ", this host's platform, went up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"type=registry", "type=image,push=true"})
    void buildxs_words_for_a_push_push(String output) {
        assertThat(lading("build", "--add", site + ":/", "-t", name("app:1"), "--output", output))
                .isZero();
        assertThat(out()).startsWith(name("app@sha256:"));
    }

    @Test
    void an_output_is_written_under_its_own_tag_and_the_tags_beside_it() {
        String place = layout("1");
        assertThat(lading("build", "--add", site + ":/", "--output", place, "-t", "team/app:2"))
                .isZero();
        assertThat(err()).isEmpty();
        assertThat(out().lines()).hasSize(1).allMatch(line -> line.matches("oci:[^:]*@sha256:[0-9a-f]{64}"));
        try (OciLayout layout = OciLayout.open(folder.resolve("image"))) {
            assertThat(layout.find("1").map(Descriptor::digest))
                    .isPresent()
                    .isEqualTo(layout.find("2").map(Descriptor::digest));
        }
    }

    @Test
    void buildxs_words_for_a_layout_write_a_layout_and_those_for_a_tar_are_refused() {
        String dest = folder.resolve("image").toString();
        assertThat(lading("build", "--add", site + ":/", "--output", "type=oci,dest=" + dest + ",tar=false"))
                .isZero();
        assertThat(out()).startsWith("oci:" + dest + "@sha256:");
        assertThat(lading("build", "--add", site + ":/", "--output", "type=oci,dest=" + dest + ".tar"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(err()).contains("oci-archive:" + dest + ".tar").contains("not read or written yet");
        assertThat(folder.resolve("image.tar")).doesNotExist();
    }

    @Test
    void a_program_for_another_machine_ends_in_3_and_moves_no_tag() {
        String[] words = {
            "build", "--add", program + ":/bin/run", "--platform", "linux/amd64", "-t", name("app:1"), "--push"
        };
        assertThat(lading(words)).isEqualTo(ExitCode.FAULTS_FOUND);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("/bin/run", "linux/arm64", "--audit=false");
        assertThat(registry.store("app").find("1")).isEmpty();

        String[] unaudited = Arrays.copyOf(words, words.length + 1);
        unaudited[words.length] = "--audit=false";
        assertThat(lading(unaudited)).isZero();
        assertThat(registry.store("app").find("1")).isPresent();
    }

    @Test
    void a_base_is_built_on() {
        assertThat(lading("build", "--add", site + ":/srv", "--platform", "linux/arm64", "--output", layout("base")))
                .isZero();
        assertThat(lading(
                        "build",
                        "--base",
                        layout("base"),
                        "--add",
                        program + ":/bin/",
                        "--platform",
                        "linux/arm64",
                        "-t",
                        name("app:1"),
                        "--push"))
                .isZero();
        assertThat(registry.store("app").resolve("1").onlyImage().layers()).hasSize(2);
        assertThat(lading(
                        "build",
                        "--base",
                        layout("base"),
                        "--add",
                        site + ":/",
                        "--platform",
                        "linux/s390x",
                        "-t",
                        name("app:2"),
                        "--push"))
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(err()).contains("linux/s390x").contains("it has linux/arm64");
    }

    @Test
    void the_command_reads_source_date_epoch() {
        environment.put("SOURCE_DATE_EPOCH", "86400");
        assertThat(lading("build", "--add", site + ":/", "--output", layout("1")))
                .isZero();
        try (OciLayout layout = OciLayout.open(folder.resolve("image"))) {
            ImageConfig config = layout.resolve("1").onlyImage().config();
            assertThat(config.created()).contains(Instant.ofEpochSecond(86_400));
        }
        environment.put("SOURCE_DATE_EPOCH", "yesterday");
        assertThat(lading("build", "--add", site + ":/", "--output", layout("1")))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("SOURCE_DATE_EPOCH", "yesterday");
    }

    @Test
    void no_file_is_later_than_source_date_epoch_and_earlier_ones_keep_their_times() throws IOException {
        environment.put("SOURCE_DATE_EPOCH", "86400");
        Files.setLastModifiedTime(site.resolve("index.html"), FileTime.fromMillis(40_000_000));
        Files.writeString(site.resolve("new.html"), "new");
        assertThat(lading("build", "--add", site + ":/", "--output", layout("1")))
                .isZero();
        try (OciLayout layout = OciLayout.open(folder.resolve("image"))) {
            FileTree tree = RootFileSystem.of(layout.resolve("1").onlyImage()).tree();
            assertThat(tree.find("/index.html").orElseThrow().modified()).isEqualTo(Instant.ofEpochSecond(40_000));
            assertThat(tree.find("/new.html").orElseThrow().modified()).isEqualTo(Instant.ofEpochSecond(86_400));
        }
    }

    @Test
    void the_same_files_give_the_same_digest_without_it() {
        assertThat(lading("build", "--add", site + ":/", "--output", layout("1")))
                .isZero();
        String first = out();
        environment.put("SOURCE_DATE_EPOCH", "");
        assertThat(lading("build", "--add", site + ":/", "--output", layout("1")))
                .isZero();
        assertThat(out()).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            build                                                      | nothing to put into the image
            build --add SITE:/srv                                      | the image would go nowhere
            build --add SITE:/srv --push                               | a push needs a name
            build --add SITE:/srv --push --output oci:x -t a/b         | exclude each other
            build --add SITE --output oci:x                            | no destination
            build --add SITE:/../x --output oci:x                      | «..»
            build --add SITE:/srv --output ./x                         | write oci:./x
            build --add SITE:/srv --output x@sha256:12                 | 64 hexadecimal digits
            build --add SITE:/srv --platform linux/ --output oci:x     | has an empty part
            build --add SITE:/srv --platform linux/x64 --output oci:x  | did you mean amd64
            build --add SITE:/srv:linux/arm64 --platform linux/amd64 --output oci:x | which is not built
            build --add SITE:/srv --output oci:x -t oci:y              | no name in a registry
            build --add SITE:/srv --output a.example/b -t a.example/c  | beside --output
            build --add SITE:/srv --output oci:x --nonsense            | --nonsense
            build --add SITE:/srv --output oci:x -f Dockerfile         | Dockerfiles and their contexts are not built yet
            build --add SITE:/srv --output oci:x .                     | Dockerfiles and their contexts are not built yet
            inspect                                                    | PLACE
            inspect ./x                                                | write oci:./x
            inspect --raw --json x                                     | exclude each other
            inspect x y                                                | y
            copy oci:x                                                 | TARGET
            registry                                                   | lading registry serve
            registry serve --port many                                 | many
            registry serve --port 70000                                | 65535
            """)
    void a_wrong_call_ends_in_2_and_says_what_is_wrong_how_it_is_written_and_where_help_is(String line, String reason) {
        String[] words = line.replace("SITE", site.toString()).split(" ", -1);
        assertThat(lading(words)).isEqualTo(ExitCode.USAGE);
        assertThat(out()).isEmpty();
        assertThat(err()).contains(reason).contains("Usage: lading " + words[0]).contains("--help");
        assertThat(err()).startsWith("lading " + words[0]);
    }

    @Test
    void no_verb_and_an_unknown_verb_are_wrong_calls() {
        assertThat(lading()).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("Usage: lading VERB");
        assertThat(lading("push")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("«push»").contains("build, inspect, copy", "unpack", "registry");
    }

    @Test
    void inspect_prints_a_table_facts_or_the_very_bytes() {
        lading("build", "--add", site + ":/", "--platform", "linux/amd64,linux/arm64", "-t", name("app:1"), "--push");
        Digest digest = only(registry, "app", "1");
        assertThat(lading("inspect", name("app:1"))).isZero();
        assertThat(out().lines()).hasSize(3);
        assertThat(out()).startsWith("PLATFORM").contains("linux/arm64  sha256:");
        assertThat(err()).isEqualTo(name("app:1@") + digest + "\n");

        assertThat(lading("inspect", "--raw", name("app:1"))).isZero();
        assertThat(Digest.of(results.toByteArray())).isEqualTo(digest);

        assertThat(lading("inspect", "--json", name("app:1"))).isZero();
        assertThat(out())
                .contains("\"digest\" : \"" + digest + "\"")
                .contains("\"platform\" : \"linux/arm64\"")
                .contains("\"shared\" : true");
    }

    @Test
    void what_is_not_there_ends_in_4() {
        for (String place : List.of(name("app:1"), layout("1"), layout("1@" + Digest.of(new byte[0])))) {
            assertThat(lading("inspect", place)).isEqualTo(ExitCode.NOT_FOUND);
            assertThat(out()).isEmpty();
            assertThat(err()).startsWith("lading inspect: there is no ").endsWith(".\n");
        }
        assertThat(lading("build", "--add", folder.resolve("none") + ":/x", "--output", layout("1")))
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(err()).contains("there is no file " + folder.resolve("none"));
        assertThat(folder.resolve("image")).doesNotExist();
    }

    @Test
    void a_copy_keeps_the_digest_and_says_what_moved() {
        lading("build", "--add", site + ":/", "--output", layout("1"));
        String digest = out().strip().replaceAll(".*@", "");
        assertThat(lading("copy", layout("1"), name("app"))).isZero();
        assertThat(out()).isEqualTo(name("app@") + digest + "\n");
        assertThat(err()).matches("copied 3 \\([0-9]+ bytes\\), already there 0, mounted 0\n");
        assertThat(lading("copy", name("app@") + digest, layout("2"))).isZero();
        assertThat(out()).isEqualTo(layout("2").replaceFirst(":2$", "") + "@" + digest + "\n");
    }

    private void twoPlatforms() {
        assertThat(lading(
                        "build",
                        "--add",
                        site + ":/srv/site",
                        "--add",
                        program + ":/bin/run:linux/arm64",
                        "--platform",
                        "linux/amd64,linux/arm64",
                        "--output",
                        layout("1")))
                .isZero();
    }

    @Test
    void an_unpacked_image_is_the_platform_s_and_its_folder_is_the_result() {
        twoPlatforms();
        Path root = folder.resolve("root");
        assertThat(lading("unpack", "--platform", "linux/arm64", layout("1"), root.toString()))
                .isZero();
        assertThat(out()).isEqualTo(root + "\n");
        assertThat(err()).startsWith("unpacked 2 layers, ");
        assertThat(root.resolve("srv/site/index.html")).hasContent("hello");
        assertThat(root.resolve("bin/run")).hasSameBinaryContentAs(program);
        assertThat(lading("unpack", layout("1"), root.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err()).contains("not empty");
        assertThat(lading(
                        "unpack",
                        "--platform",
                        "linux/s390x",
                        layout("1"),
                        folder.resolve("none").toString()))
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(folder.resolve("none")).doesNotExist();
        assertThat(lading("unpack", "--platform", "//", layout("1"), root.toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(lading("unpack", layout("1"), "")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void an_exported_image_is_one_tar_on_standard_output() throws IOException {
        twoPlatforms();
        assertThat(lading("export", "--platform", "linux/arm64", layout("1"))).isZero();
        TarReader reader = new TarReader(new ByteArrayInputStream(results.toByteArray()));
        List<String> names = new ArrayList<>();
        for (Optional<TarEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
            names.add(entry.get().nameText());
        }
        assertThat(names).contains("srv/site/index.html", "bin/run");
        assertThat(err()).startsWith("exported " + names.size() + " entries, ");
    }

    @Test
    void a_tar_is_not_sent_to_a_terminal() {
        twoPlatforms();
        results.reset();
        notes.reset();
        int code = new Session(new Console(results, notes, true), name -> Optional.empty()).run("export", layout("1"));
        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(out()).isEmpty();
        assertThat(err()).contains("terminal", "> rootfs.tar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oci-archive:x.tar", "docker-archive:x.tar:app", "daemon:app"})
    void a_place_of_a_later_version_is_refused_by_name(String place) {
        assertThat(lading("copy", place, layout("1"))).isEqualTo(ExitCode.FAILED);
        assertThat(err()).contains(Place.parse(place).toString()).contains("yet");
    }

    @Test
    void a_failure_shows_no_stack_trace_unless_asked() {
        assertThat(lading("inspect", layout("1"))).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(err()).doesNotContain("\tat ");
        environment.put("LADING_DEBUG", "1");
        assertThat(lading("inspect", layout("1"))).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(err()).contains("NotFoundException").contains("\tat ");
    }

    @Test
    void control_characters_from_outside_do_not_reach_the_terminal() {
        assertThat(lading("inspect", "oci:a\u001b[31m")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("\\u001b[31m").doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"build", "inspect", "copy", "unpack", "export", "registry", "registry serve"})
    void every_verb_has_help_with_examples(String verb) {
        assertThat(lading((verb + " --help").split(" ", -1))).isZero();
        assertThat(out()).startsWith("Usage: lading " + verb).contains("Examples:\n  lading " + verb);
        assertThat(err()).isEmpty();
    }

    @Test
    void help_and_version_are_results() {
        assertThat(lading("help")).isZero();
        assertThat(out()).contains("build", "inspect", "copy", "registry", "Exit codes");
        assertThat(lading("help", "copy")).isZero();
        assertThat(out()).startsWith("Usage: lading copy");
        assertThat(lading("--version")).isZero();
        assertThat(out()).matches("lading [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\n");
    }

    @Test
    void an_interrupt_ends_in_130_and_keeps_the_flag() {
        Thread.currentThread().interrupt();
        try {
            assertThat(lading("registry", "serve", "--port", "0")).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(out()).matches("127\\.0\\.0\\.1:[0-9]+\n");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
