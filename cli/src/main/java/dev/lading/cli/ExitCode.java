package dev.lading.cli;

/** How the command ends; scripts rely on these numbers. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int FAULTS_FOUND = 3;
    static final int NOT_FOUND = 4;
    /** 128 and the number of SIGINT, as shells have it. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
