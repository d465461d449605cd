package dev.lading.build;

import dev.lading.oci.ImageConfig;
import dev.lading.oci.InvalidInputException;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * What a build says about running its image; what is not said is the base's. Immutable: each method returns a new edit.
 */
public final class ConfigEdit {
    private final UnaryOperator<ImageConfig> edit;

    private ConfigEdit(UnaryOperator<ImageConfig> edit) {
        this.edit = edit;
    }

    static ConfigEdit none() {
        return new ConfigEdit(config -> config);
    }

    ImageConfig apply(ImageConfig config) {
        return edit.apply(config);
    }

    private ConfigEdit then(UnaryOperator<ImageConfig> next) {
        Objects.requireNonNull(next);
        return new ConfigEdit(config -> next.apply(edit.apply(config)));
    }

    /**
     * Sets the words every start begins with, and drops the base's command, which was made for the base's entry point.
     *
     * @param words the words; none removes the entry point
     * @return the new edit
     */
    public ConfigEdit entrypoint(String... words) {
        List<String> copy = List.of(words);
        return then(config -> config.withEntrypoint(copy).withCommand(List.of()));
    }

    /**
     * Sets the words that follow the entry point unless the caller gives others.
     *
     * @param words the words; none removes the command
     * @return the new edit
     */
    public ConfigEdit command(String... words) {
        List<String> copy = List.of(words);
        return then(config -> config.withCommand(copy));
    }

    /**
     * Sets one variable of the environment.
     *
     * @param name the variable
     * @param value its value
     * @return the new edit
     * @throws InvalidInputException when built, if the name is empty or holds «=»
     */
    public ConfigEdit environment(String name, String value) {
        return then(config -> config.withEnvironment(name, value));
    }

    /**
     * Sets who runs the program.
     *
     * @param user user, or user:group, by name or number
     * @return the new edit
     */
    public ConfigEdit user(String user) {
        return then(config -> config.withUser(user));
    }

    /**
     * Sets where the program starts.
     *
     * @param folder an absolute path in the image
     * @return the new edit
     * @throws InvalidInputException when built, if the path is not absolute
     */
    public ConfigEdit workingDirectory(String folder) {
        return then(config -> config.withWorkingDirectory(folder));
    }

    /**
     * Sets one label.
     *
     * @param key the label's key
     * @param value its value
     * @return the new edit
     */
    public ConfigEdit label(String key, String value) {
        return then(config -> config.withLabel(key, value));
    }
}
