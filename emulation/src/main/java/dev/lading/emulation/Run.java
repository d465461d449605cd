package dev.lading.emulation;

import dev.lading.oci.LadingException;
import dev.lading.oci.UnavailableException;
import dev.lading.oci.UnsupportedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Carries a plan out: chooses the back end, makes what it needs, waits, and clears up. */
final class Run {
    private Run() {}

    static RunResult of(LaunchPlan plan) {
        RunResult first = once(plan);
        Map<String, String> retry = plan.spec().retry;
        // An input that was read cannot be given again.
        boolean again = !retry.isEmpty()
                && plan.spec().input.isEmpty()
                && first.diagnosis().emulatorSuspected();
        return again ? once(plan.withEnvironment(retry)).after(first) : first;
    }

    private static RunResult once(LaunchPlan plan) {
        BackEnd backEnd = choose(plan);
        refuseWhatCannotBeKept(plan, backEnd);
        if (backEnd == BackEnd.NAMESPACES && plan.spec().backEnd.isEmpty()) {
            plan.notes()
                    .add(
                            "it was started by the lighter way, for there is no OCI runtime or bubblewrap that could do it");
        }
        try (RunFolder folder = RunFolder.create(plan.spec().state)) {
            return in(folder, plan, backEnd);
        }
    }

    private static RunResult in(RunFolder folder, LaunchPlan plan, BackEnd backEnd) {
        try {
            RootView view = RootView.make(plan, folder, backEnd == BackEnd.NAMESPACES);
            Start start = prepare(plan, folder, view, backEnd);
            Supervision supervision = new Supervision(plan.spec(), folder, start);
            int exitCode = supervision.await();
            if (!start.began().test(exitCode)) {
                throw notBegun(plan, folder, start, backEnd, supervision);
            }
            view.finish(plan.ids());
            if (exitCode != 0 && plan.ids() == LaunchPlan.Ids.ONE) {
                plan.notes().add(oneIdentifier(plan));
            }
            return new RunResult(
                    exitCode,
                    supervision.output().text(),
                    supervision.errors().text(),
                    supervision.output().cut(),
                    supervision.errors().cut(),
                    backEnd,
                    backEnd == BackEnd.RUNTIME
                            ? Optional.of(RuntimeStart.runtime(plan.spec()).toString())
                            : Optional.empty(),
                    view.changed(),
                    plan.notes().stream().distinct().toList(),
                    RunDiagnosis.of(exitCode, supervision.errors().text(), plan.emulator()),
                    Optional.empty());
        } catch (IOException e) {
            throw LadingException.from("cannot prepare the run in " + plan.root(), e);
        }
    }

    /** What an installer of packages fails for is not to be seen in what it writes. */
    private static String oneIdentifier(LaunchPlan plan) {
        return "only one user and group exist inside, so that changing owners fails: "
                + plan.spec()
                        .host
                        .subordinateObstacle()
                        .map(Obstacle::toString)
                        .orElse("subordinate identifiers are taken only for who is root inside");
    }

    private static Start prepare(LaunchPlan plan, RunFolder folder, RootView view, BackEnd backEnd) throws IOException {
        return switch (backEnd) {
            case RUNTIME -> RuntimeStart.prepare(plan, folder, view);
            case BUBBLEWRAP -> BubblewrapStart.prepare(plan, folder, view);
            case NAMESPACES -> NamespaceStart.prepare(plan, folder, view);
            case EMULATOR -> EmulatorStart.prepare(plan, folder);
        };
    }

    private static UnavailableException notBegun(
            LaunchPlan plan, RunFolder folder, Start start, BackEnd backEnd, Supervision supervision) {
        String said = Stream.of(
                        withoutWarnings(Stage.log(folder, start.log())),
                        Stage.log(folder, Stage.LOG),
                        supervision.errors().text())
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        // Whoever may not make a user namespace learns why, and what would change that.
        String obstacle = plan.ids() == LaunchPlan.Ids.HOST && !Surroundings.inFolderAsRoot()
                ? ""
                : plan.spec().host.privateObstacle().map(Obstacle::toString).orElse("");
        String reason = Stream.of(said, UtilLinux.unfit().orElse(""), obstacle)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(". "));
        boolean heard = plan.spec().terminal || plan.spec().errors.isPresent();
        return new UnavailableException(plan.argv().get(0) + " could not be started in " + plan.root() + " by "
                + backEnd + ": "
                + (!reason.isEmpty() ? reason : heard ? "what it said, if anything, stands above" : "it said nothing"));
    }

    /** What a runtime warns of on its way down hides what it failed for. */
    private static String withoutWarnings(String log) {
        return log.lines().filter(line -> !line.contains("level=warning")).collect(Collectors.joining("\n"));
    }

    private static BackEnd choose(LaunchPlan plan) {
        if (plan.spec().backEnd.isPresent()) {
            return plan.spec().backEnd.get();
        }
        if (plan.bareOnly() && EmulatorStart.takes(plan)) {
            return BackEnd.EMULATOR;
        }
        if (OciRuntime.find(plan.spec()).isPresent() && RuntimeStart.takes(plan) && !plan.oldProcesses()) {
            return BackEnd.RUNTIME;
        }
        return HostProgram.find(BubblewrapStart.PROGRAM).isPresent() && !plan.spec().newPrivileges
                ? BackEnd.BUBBLEWRAP
                : BackEnd.NAMESPACES;
    }

    private static void refuseWhatCannotBeKept(LaunchPlan plan, BackEnd backEnd) {
        List<String> limits = plan.spec().limits();
        if (!limits.isEmpty() && backEnd == BackEnd.RUNTIME) {
            OciRuntime runtime = RuntimeStart.runtime(plan.spec());
            if (runtime.wantsNewerCgroups()) {
                throw new UnsupportedException("a limit on " + String.join(", ", limits) + " cannot be kept by "
                        + runtime + " on a host with control groups of the older kind; choose runc, or run without");
            }
        }
        if (!limits.isEmpty()
                && plan.spec().backEnd.orElse(BackEnd.RUNTIME) == BackEnd.RUNTIME
                && !plan.makesCgroups()) {
            throw new UnsupportedException("a limit on " + String.join(", ", limits) + " cannot be kept by "
                    + BackEnd.RUNTIME + " " + noCgroups());
        }
        if (!limits.isEmpty() && backEnd != BackEnd.RUNTIME) {
            throw new UnsupportedException("a limit on " + String.join(", ", limits) + " cannot be kept by " + backEnd
                    + "; install an OCI runtime (runc), or run without");
        }
        refusePrivileges(plan, backEnd);
        Optional<Emulator> emulator = plan.emulator();
        if (plan.bareOnly() && backEnd != BackEnd.EMULATOR) {
            throw new UnsupportedException("programs for " + plan.spec().platform + " can be run here by "
                    + emulator.map(Emulator::toString).orElse("an emulator")
                    + " alone, one static program at a time; choose " + BackEnd.EMULATOR + " for that. "
                    + plan.spec().host.privateObstacle().map(Obstacle::toString).orElse(""));
        }
    }

    private static String noCgroups() {
        if (Surroundings.administers()) {
            return "where control groups cannot be made: " + Surroundings.CGROUPS
                    + " is not there or cannot be written to, as in most containers; mount it for writing, or run without";
        }
        return Surroundings.root()
                ? "without the right to administer the system, which root lacks in most containers, for it may not make"
                        + " control groups; run on the host itself, or without"
                : "without root's rights, for it may not make control groups; run as root, or without";
    }

    private static void refusePrivileges(LaunchPlan plan, BackEnd backEnd) {
        if (!plan.spec().newPrivileges) {
            return;
        }
        if (backEnd == BackEnd.BUBBLEWRAP || backEnd == BackEnd.EMULATOR) {
            throw new UnsupportedException("programs cannot gain privileges by " + backEnd + "; choose "
                    + BackEnd.RUNTIME + " or " + BackEnd.NAMESPACES);
        }
        if (plan.ids() == LaunchPlan.Ids.ONE) {
            throw new UnsupportedException("programs cannot gain privileges, for " + oneIdentifier(plan));
        }
    }
}
