package dev.lading.emulation;

import dev.lading.oci.UnsupportedException;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The emulator by itself, with the program as its argument: nothing is kept apart, and no other program is emulated. */
final class EmulatorStart {
    private EmulatorStart() {}

    /** A program that needs a loader would get the host's. */
    static boolean takes(LaunchPlan plan) {
        return plan.program()
                .filter(Files::isReadable)
                .map(ExecutableHeader::of)
                .filter(header ->
                        header instanceof ElfHeader elf && elf.standalone().orElse(false))
                .isPresent();
    }

    static Start prepare(LaunchPlan plan, RunFolder run) throws IOException {
        LaunchSpec spec = plan.spec();
        Emulator emulator = plan.emulator()
                .orElseThrow(() -> new UnsupportedException("programs for " + spec.platform
                        + " need no emulator here, so " + BackEnd.EMULATOR + " has nothing to do"));
        Path program = plan.program()
                .orElseThrow(() -> new UnsupportedException(BackEnd.EMULATOR + " runs a program of the root only"));
        List<String> refused = new ArrayList<>();
        if (!spec.binds.isEmpty() || spec.resolvConf.isPresent() || !spec.tmpfs.isEmpty()) {
            refused.add("mounts");
        }
        spec.hostname.ifPresent(name -> refused.add("a hostname"));
        spec.changes.ifPresent(folder -> refused.add("changes kept aside"));
        if (!spec.user.isEmpty()) {
            refused.add("another user");
        }
        if (!refused.isEmpty()) {
            throw new UnsupportedException(
                    BackEnd.EMULATOR + " cannot do what was asked for: " + String.join(", ", refused)
                            + "; it starts one static program as the caller, in the host's own root");
        }
        plan.notes().add("nothing is kept apart: the program sees the host's files and its network");
        List<String> words = new ArrayList<>(List.of(emulator.path().toString()));
        ShellText script = new ShellText()
                .line("unset LC_ALL PATH")
                .line("ulimit -c 0")
                .command(List.of(
                        "cd",
                        InRoot.follow(plan.root(), spec.workingDirectory).path().toString()))
                .line("unset OLDPWD PWD");
        for (Map.Entry<String, String> variable : plan.environment().entrySet()) {
            if (Stage.passes(variable.getKey())) {
                script.line("export " + variable.getKey() + "=" + ShellText.quoted(variable.getValue()));
            } else {
                words.addAll(List.of("-E", variable.getKey() + "=" + variable.getValue()));
            }
        }
        words.addAll(List.of("-0", plan.argv().get(0), program.toString()));
        words.addAll(plan.argv().subList(1, plan.argv().size()));
        script.line("exec " + ShellText.quoted(words));
        script.writeTo(run.path().resolve(Stage.SCRIPT));
        List<String> command = new ArrayList<>(Stage.diesWithParent());
        command.addAll(List.of(Stage.tool("sh"), "./" + Stage.SCRIPT));
        return new Start(command, false, () -> true, code -> true, Stage.LOG, Optional.empty(), 0);
    }
}
