package dev.lading.it.emulation;

import dev.lading.emulation.BackEnd;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Runs one command in several roots by several back ends, in a process of its own that may be somebody else's. */
public final class RunPrograms {
    private RunPrograms() {}

    /**
     * Prints a line for each run: root's name, back end, exit code and output, its line feeds as commas; what is to be noted goes to
     * standard error.
     *
     * @param words the back ends, comma between, or BEST, or a runtime's path; the state folder; pairs of a root and a platform; two hyphens; the command
     */
    public static void main(String[] words) {
        List<String> all = Arrays.asList(words);
        int end = all.indexOf("--");
        HostExecution host = HostExecution.detect();
        for (int i = 2; i < end; i += 2) {
            Path root = Path.of(all.get(i));
            for (String backEnd : all.get(0).split(",", -1)) {
                Launcher launcher = Launcher.on(host)
                        .root(root)
                        .platform(Platform.parse(all.get(i + 1)))
                        .state(Path.of(all.get(1)));
                RunResult run;
                try {
                    run = by(launcher, backEnd).run(all.subList(end + 1, all.size()));
                } catch (LadingException e) {
                    System.out.println(root.getFileName() + " " + backEnd + " " + e.getMessage());
                    continue;
                }
                run.notes().forEach(System.err::println);
                System.out.println(root.getFileName() + " " + backEnd + " " + run.exitCode() + " "
                        + run.stdout().strip().replace("\n", ",") + run.stderr().strip());
            }
        }
    }

    private static Launcher by(Launcher launcher, String backEnd) {
        if (backEnd.equals("BEST")) {
            return launcher;
        }
        return backEnd.startsWith("/")
                ? launcher.backEnd(BackEnd.RUNTIME).runtime(Path.of(backEnd))
                : launcher.backEnd(BackEnd.valueOf(backEnd));
    }
}
