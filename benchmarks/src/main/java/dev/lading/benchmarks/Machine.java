package dev.lading.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** What machine the figures come from. */
public final class Machine {
    private Machine() {}

    /**
     * Prints it in a line.
     *
     * @param args none
     * @throws IOException if the kernel does not tell
     */
    public static void main(String[] args) throws IOException {
        String cpu = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8);
        String model = cpu.lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown processor");
        System.out.println("The machine: " + model + ", "
                + Runtime.getRuntime().availableProcessors() + " processors, "
                + (cpu.contains("sha_ni") ? "with" : "without") + " SHA instructions, JDK " + Runtime.version() + ", "
                + LocalDate.now(ZoneOffset.UTC) + ".");
    }
}
