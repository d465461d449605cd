package dev.lading.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    // Maven runs tests in their module's folder.
    private static final Path PROJECT = Path.of("..");

    @Test
    void the_readme_quotes_the_main_job_as_it_is_compiled() throws IOException {
        List<String> source =
                Files.readAllLines(PROJECT.resolve("examples/src/main/java/dev/lading/examples/MainJob.java"));
        int begin = source.indexOf("        // begin");
        int end = source.indexOf("        // end");
        String quoted = source.subList(begin + 1, end).stream()
                .map(line -> line.substring(8) + "\n")
                .collect(Collectors.joining());
        assertThat(end - begin - 1).isLessThanOrEqualTo(10);
        assertThat(Files.readString(PROJECT.resolve("README.md"))).contains("```java\n" + quoted + "```");
    }
}
