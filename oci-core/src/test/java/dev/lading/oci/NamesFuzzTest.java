package dev.lading.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every parser of a name against mutated, repeated and random texts: our own refusals only, soon, and in little memory. A small
 * stack finds what goes as deep as the text is long.
 */
class NamesFuzzTest {
    private static final Duration SLOWEST = Duration.ofSeconds(10);
    private static final long STACK_BYTES = 256 * 1024;
    private static final int TEXTS = 6_000;
    private static final String PIECES = "aZ09._-/:@[]()+%*\\ \t\n\0\u00e9\u212a\u0430\ud83d\udc33\u202e";

    private static final List<String> SEEDS = List.of(
            "registry.example:5000/team/app:1.4.0@sha256:"
                    + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "[2001:db8::1]:443/a/b__c-d:T",
            "alpine",
            "sha512:" + "0123456789abcdef".repeat(8),
            "sha384:00",
            "linux/arm64/v8.2",
            "windows(10.0.20348.2700+win32k)/amd64",
            "linux(%2B+%28)/arm/v7",
            "GOOS=linux GOARCH=arm GOARM=7",
            "10.0.26100.1",
            "x86_64-unknown-linux-gnu");

    private static final Map<String, Function<String, Object>> PARSERS = Map.of(
            "reference", Reference::parse,
            "familiar reference", text -> Reference.parseFamiliar(text).toFamiliarString(),
            "digest", Digest::parse,
            "platform", Platform::parse,
            "lenient platform", text -> Platform.parseLenient(text).normalized(),
            "platform with host", text -> Platform.parse(text, Platform.LINUX_AMD64),
            "names", text -> PlatformNaming.GO.platform(text).or(() -> PlatformNaming.RUST.platform(text)),
            "matcher",
                    text -> PlatformMatcher.compatible(
                                    Platform.of("windows", "arm64", text).withOsVersion(text))
                            .matches(Platform.of("windows", "arm", text).withOsVersion(text)));

    @ParameterizedTest
    @ValueSource(longs = {1, 20261121})
    void a_text_is_read_or_refused_by_us_soon_and_in_little_memory(long seed) throws Exception {
        FutureTask<Boolean> work = new FutureTask<>(() -> fuzz(seed), true);
        Thread thread = new Thread(null, work, "small stack", STACK_BYTES);
        thread.start();
        thread.join();
        assertThat(work.get()).isTrue();
    }

    private static void fuzz(long seed) {
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>(SEEDS);
        for (String piece :
                List.of("a", "a.", "a/", "-", "[:", "(+", "+a", "%41", "%", "a__", "0", ".", "@", "\u00e9")) {
            for (int length : new int[] {100, 255, 256, 1_000, 50_000}) {
                texts.add(piece.repeat(length));
                texts.add("registry.example/" + piece.repeat(length));
                texts.add("linux(" + piece.repeat(length) + ")/amd64");
                texts.add("linux/" + piece.repeat(length));
            }
        }
        while (texts.size() < TEXTS) {
            texts.add(mutated(SEEDS.get(random.nextInt(SEEDS.size())), random));
        }
        // What the first use of a class allocates is no parser's.
        SEEDS.forEach(text -> PARSERS.values().forEach(parser -> isReadOrRefused(parser, text)));
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        PARSERS.forEach((name, parser) -> {
            for (String text : texts) {
                long allocated = memory.getThreadAllocatedBytes(thread);
                long started = System.nanoTime();
                isReadOrRefused(parser, text);
                assertThat(Duration.ofNanos(System.nanoTime() - started))
                        .as(name)
                        .isLessThan(SLOWEST);
                assertThat(memory.getThreadAllocatedBytes(thread) - allocated)
                        .as(name)
                        .isLessThan(2_000_000 + 200L * text.length());
            }
        });
    }

    private static void isReadOrRefused(Function<String, Object> parser, String text) {
        try {
            assertThat(parser.apply(text)).isNotNull();
        } catch (LadingException e) {
            assertThat(e.getMessage()).isNotEmpty().doesNotContain("\0", "\n", "\u202e");
        }
    }

    private static String mutated(String seed, Random random) {
        StringBuilder text = new StringBuilder(seed);
        for (int i = random.nextInt(4) + 1; i > 0 && text.length() > 0; i--) {
            int at = random.nextInt(text.length());
            char piece = PIECES.charAt(random.nextInt(PIECES.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, piece);
                case 1 -> text.setCharAt(at, piece);
                case 2 -> text.deleteCharAt(at);
                default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(20))));
            }
        }
        return text.toString();
    }
}
