package dev.lading.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lading.oci.internal.json.RandomJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Documents with unknown members in odd spelling, order and white space, and every edit of the model on them: what was there
 * stays to the letter, but for what the edit is about.
 */
class DocumentEditTest {
    private static final String SEED = "20261121";
    private static final Digest DIGEST = Digest.of(new byte[] {1});
    private static final Descriptor NEW = Descriptor.of(MediaType.OCI_LAYER, Digest.of(new byte[] {2}), 1)
            .withPlatform(Platform.LINUX_ARM_V7)
            .withAnnotation("new", "é\n");

    /** Text put together at random from given members and unknown ones. */
    private static final class Made {
        private final Random random;
        private final RandomJson json;

        Made(long seed) {
            random = new Random(seed);
            json = new RandomJson(random);
        }

        /** An object with these members in any order, among unknown ones. */
        String object(Map<String, String> known) {
            List<String> members = new ArrayList<>();
            known.forEach((key, value) -> members.add(json.member(key, value)));
            for (int i = random.nextInt(4); i > 0; i--) {
                members.add(json.member("u" + i, json.value(3)));
            }
            Collections.shuffle(members, random);
            return json.object(2, String.join(",", members));
        }

        /** A list, or a member that is null or not there, as it comes. */
        Map<String, String> with(Map<String, String> members, String key, String value) {
            Map<String, String> more = new LinkedHashMap<>(members);
            int how = random.nextInt(6);
            if (how > 0) {
                more.put(key, how == 1 ? "null" : value);
            }
            return more;
        }

        String list(List<String> values) {
            return random.nextBoolean() ? "[" + String.join(" ,\n ", values) + " ]" : values.toString();
        }

        String descriptor() {
            return object(Map.of("mediaType", "\"a\\/b\"", "digest", "\"" + DIGEST + "\"", "size", "1"));
        }

        String descriptors() {
            List<String> all = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                all.add(descriptor());
            }
            return list(all);
        }

        String texts() {
            return json.object(0, json.member("k", json.string()))
                    .replaceAll(":\\s*(?:null|true|false|-?\\d[^,}\\s]*)", ":\"\"");
        }
    }

    private static void onlyOnePlaceChanged(String before, byte[] changed, int mayBeLost) {
        String after = new String(changed, UTF_8);
        int start = 0;
        while (start < Math.min(before.length(), after.length()) && before.charAt(start) == after.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < Math.min(before.length(), after.length()) - start
                && before.charAt(before.length() - 1 - end) == after.charAt(after.length() - 1 - end)) {
            end++;
        }
        assertThat(before.length() - start - end)
                .as("letters lost from %s to %s", before, after)
                .isLessThanOrEqualTo(mayBeLost);
    }

    @Property(seed = SEED, tries = 500)
    void an_edit_of_an_index_leaves_the_rest_to_the_letter(@ForAll long seed) {
        Made made = new Made(seed);
        Map<String, String> members = new LinkedHashMap<>(Map.of("schemaVersion", "2"));
        members = made.with(members, "manifests", made.descriptors());
        members = made.with(members, "annotations", made.texts());
        String text = made.object(members);
        ImageIndex index = ImageIndex.read(text.getBytes(UTF_8), MediaType.OCI_INDEX);
        assertThat(index.bytes()).isEqualTo(text.getBytes(UTF_8));

        // At most an empty holder's white space, or the word null, makes place for something new.
        ImageIndex appended = index.append(NEW);
        onlyOnePlaceChanged(text, appended.bytes(), 12);
        assertThat(appended.manifests()).hasSize(index.manifests().size() + 1).endsWith(NEW);

        ImageIndex annotated = index.withAnnotation("new", "value");
        onlyOnePlaceChanged(text, annotated.bytes(), 12);
        assertThat(annotated.annotations())
                .containsAllEntriesOf(index.annotations())
                .containsEntry("new", "value");
        onlyOnePlaceChanged(
                new String(annotated.bytes(), UTF_8),
                annotated.withoutAnnotation("new").bytes(),
                60);

        for (int gone = 0; gone < index.manifests().size(); gone++) {
            Descriptor unwanted = index.manifests().get(gone);
            int longest = text.length() / 2 + 200;
            ImageIndex removed = index.remove(d -> d.equals(unwanted));
            if (index.manifests().stream().filter(unwanted::equals).count() == 1) {
                onlyOnePlaceChanged(text, removed.bytes(), longest);
                List<Descriptor> left = new ArrayList<>(index.manifests());
                left.remove(gone);
                assertThat(removed.manifests()).isEqualTo(left);
            }
        }
        assertThat(index.append(NEW).remove(NEW::equals).manifests()).isEqualTo(index.manifests());
        assertThat(index.remove(d -> false)).isSameAs(index);
        assertThat(index.replace(UnaryOperator.identity())).isSameAs(index);
    }

    @Property(seed = SEED, tries = 500)
    void an_edit_of_a_manifest_leaves_the_rest_to_the_letter(@ForAll long seed) {
        Made made = new Made(seed);
        String config = made.descriptor();
        Map<String, String> members = new LinkedHashMap<>(Map.of("schemaVersion", "2", "config", config));
        members = made.with(members, "layers", made.descriptors());
        members = made.with(members, "annotations", made.texts());
        String text = made.object(members);
        ImageManifest manifest = ImageManifest.read(text.getBytes(UTF_8), MediaType.OCI_MANIFEST);

        ImageManifest configured = manifest.withConfig(NEW);
        onlyOnePlaceChanged(text, configured.bytes(), config.length());
        assertThat(configured.config()).isEqualTo(NEW);
        assertThat(configured.layers()).isEqualTo(manifest.layers());

        onlyOnePlaceChanged(text, manifest.append(NEW).bytes(), 12);
        onlyOnePlaceChanged(text, manifest.withAnnotation("new", "value").bytes(), 12);
        onlyOnePlaceChanged(text, manifest.withSubject(NEW).bytes(), 0);
        onlyOnePlaceChanged(
                text, manifest.withArtifactType(new MediaType("a/b")).bytes(), 0);
        assertThat(manifest.withSubject(NEW).subject()).contains(NEW);
    }

    @Property(seed = SEED, tries = 500)
    void an_edit_of_a_configuration_leaves_the_rest_to_the_letter(@ForAll long seed) {
        Made made = new Made(seed);
        Map<String, String> run = made.with(Map.of(), "Env", "[ \"A=1\",\n\"B=\\u0032\" ]");
        run = made.with(run, "Entrypoint", "[\"\\/bin\\/e\"]");
        run = made.with(run, "Labels", made.texts());
        Map<String, String> members = new LinkedHashMap<>(Map.of("os", "\"linux\"", "architecture", "\"amd64\""));
        members = made.with(members, "config", made.object(run));
        members = made.with(
                members, "rootfs", made.object(Map.of("type", "\"layers\"", "diff_ids", "[\"" + DIGEST + "\"]")));
        members = made.with(members, "history", "[ {\"created_by\" : \"x\", \"n\": 1.10} ]");
        String text = made.object(members);
        ImageConfig config = ImageConfig.read(text.getBytes(UTF_8));

        onlyOnePlaceChanged(text, config.withCreated(Instant.EPOCH).bytes(), 0);
        onlyOnePlaceChanged(text, config.withUser("me").bytes(), 12);
        onlyOnePlaceChanged(text, config.withLabel("new", "value").bytes(), 12);
        onlyOnePlaceChanged(text, config.withEnvironment("C", "3").bytes(), 12);
        onlyOnePlaceChanged(text, config.withEnvironment("B", "3").bytes(), 12);
        onlyOnePlaceChanged(text, config.withEntrypoint(List.of("/new")).bytes(), 12);
        onlyOnePlaceChanged(text, config.withEntrypoint(List.of()).bytes(), 50);
        onlyOnePlaceChanged(text, config.withExposedPort("80/tcp").bytes(), 12);
        onlyOnePlaceChanged(text, config.withVolume("/v").bytes(), 12);
        assertThat(config.withEnvironment("B", "3").environment())
                .contains("B=3")
                .doesNotContain("B=2");

        History line = new History(Optional.empty(), Optional.of("new"), Optional.of("who"), Optional.empty(), false);
        ImageConfig appended = config.append(DIGEST, line);
        assertThat(appended.rootFs().diffIds())
                .hasSize(config.rootFs().diffIds().size() + 1)
                .endsWith(DIGEST);
        assertThat(appended.history()).hasSize(config.history().size() + 1).endsWith(line);
        assertThat(appended.environment()).isEqualTo(config.environment());
    }
}
