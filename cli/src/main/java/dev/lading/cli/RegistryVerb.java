package dev.lading.cli;

import dev.lading.testkit.LocalRegistry;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code lading registry serve}: a registry in this process, to try things against. */
final class RegistryVerb implements Verb {
    private static final int DEFAULT_PORT = 5000;
    private static final int MAX_PORT = 65_535;

    @Override
    public CommandSpec spec() {
        CommandSpec serve = Verbs.spec(
                "serve",
                "Serve an empty registry on a port of loopback until interrupted; it keeps everything in memory.",
                "lading registry serve --port 5000",
                "lading registry serve --port 0");
        serve.addOption(OptionSpec.builder("--port")
                .type(int.class)
                .arity("1")
                .paramLabel("N")
                .defaultValue(Integer.toString(DEFAULT_PORT))
                .description("The port on 127.0.0.1; 0 takes a free one (" + DEFAULT_PORT + " unless said).")
                .build());
        CommandSpec spec = Verbs.spec("registry", "Serve a registry.", "lading registry serve --port 5000");
        spec.addSubcommand("serve", serve);
        return spec;
    }

    @Override
    public int run(ParseResult words, Console console) {
        if (!words.hasSubcommand()) {
            throw new UsageException("nothing to do; write lading registry serve");
        }
        int port = words.subcommand().matchedOptionValue("--port", DEFAULT_PORT);
        if (port < 0 || port > MAX_PORT) {
            throw new UsageException("a port is from 0 to " + MAX_PORT + ", not " + port);
        }
        try (LocalRegistry registry = LocalRegistry.create(port)) {
            console.result(registry.address());
            console.note("serving a registry on " + registry.address() + " until interrupted (Ctrl-C)");
            new CountDownLatch(1).await();
            return ExitCode.DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED;
        }
    }
}
