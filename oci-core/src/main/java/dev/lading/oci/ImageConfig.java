package dev.lading.oci;

import dev.lading.oci.internal.json.JsonFault;
import dev.lading.oci.internal.json.JsonObject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of one image: its platform, how it is run, its layers by diff ID, its history (image-spec,
 * config.md; Docker's configuration has the same members).
 *
 * <p>Immutable. An edit keeps members that this class does not know. Equal if the bytes are.
 */
public final class ImageConfig {
    private final byte[] bytes;
    private final JsonObject json;
    private final Platform platform;
    private final RootFs rootFs;
    private final List<History> history;

    private ImageConfig(byte[] bytes, JsonObject json) {
        this.bytes = bytes;
        this.json = json;
        this.platform = Descriptor.platformFromJson(json);
        this.rootFs = new RootFs(json.object("rootfs")
                .map(fs -> fs.texts("diff_ids").stream().map(Digest::parse).toList())
                .orElse(List.of()));
        this.history = json.objects("history").stream()
                .map(ImageConfig::historyFromJson)
                .toList();
        // Read once here, so that a broken «config» is found when the document is read and not when it is used.
        created();
        run().textMap("Labels");
        run().texts("Entrypoint");
        run().texts("Cmd");
        run().texts("Env");
        run().text("User");
        run().text("WorkingDir");
    }

    /**
     * Reads a configuration.
     *
     * @param bytes the document, at most {@value Manifest#MAX_BYTES} bytes
     * @return the configuration
     * @throws InvalidInputException if the bytes are no strict JSON, or not a configuration
     */
    public static ImageConfig read(byte[] bytes) {
        try {
            return new ImageConfig(bytes.clone(), JsonObject.read(bytes, Manifest.MAX_BYTES));
        } catch (JsonFault | InvalidInputException e) {
            throw new InvalidInputException("this is not an image configuration: " + e.getMessage(), e);
        }
    }

    /**
     * Makes the configuration of an image without layers.
     *
     * @param platform the platform of the image
     * @return the configuration
     */
    public static ImageConfig create(Platform platform) {
        JsonObject json = JsonObject.empty();
        JsonObject words = Descriptor.platformToJson(platform);
        for (String key : words.keys()) {
            json = words.copyMember(key, json);
        }
        json = json.with("config", JsonObject.empty())
                .with("rootfs", JsonObject.empty().with("type", "layers").with("diff_ids", List.of()))
                .with("history", List.of());
        return edited(json);
    }

    private static ImageConfig edited(JsonObject json) {
        return new ImageConfig(json.toBytes(), json);
    }

    private static History historyFromJson(JsonObject json) {
        return new History(
                instant(json, "created"), json.text("created_by"), json.text("comment"), json.flag("empty_layer"));
    }

    private static JsonObject historyToJson(History line) {
        JsonObject json = JsonObject.empty()
                .withOrWithout("created", line.created().map(Instant::toString))
                .withOrWithout("created_by", line.createdBy())
                .withOrWithout("comment", line.comment());
        return line.emptyLayer() ? json.with("empty_layer", true) : json;
    }

    private static Optional<Instant> instant(JsonObject json, String key) {
        return json.text(key).filter(t -> !t.isEmpty()).map(text -> {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                throw new InvalidInputException(
                        "member «" + key + "» is not a time of RFC 3339: «" + Printable.shown(text) + "»", e);
            }
        });
    }

    private JsonObject run() {
        return json.object("config").orElse(JsonObject.empty());
    }

    private ImageConfig withRun(String key, Object value) {
        return edited(json.with("config", run().withOrWithout(key, value)));
    }

    /**
     * Returns the document's bytes.
     *
     * @return a copy of the bytes
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Returns the platform that the image says it is for.
     *
     * @return the platform as written; a missing word is empty
     */
    public Platform platform() {
        return platform;
    }

    /**
     * Returns when the image was made.
     *
     * @return the time, if it is said
     */
    public Optional<Instant> created() {
        return instant(json, "created");
    }

    /**
     * Returns the words every start of the image begins with.
     *
     * @return the entry point; empty if there is none
     */
    public List<String> entrypoint() {
        return run().texts("Entrypoint");
    }

    /**
     * Returns the words that follow the entry point unless the caller gives others.
     *
     * @return the command; empty if there is none
     */
    public List<String> command() {
        return run().texts("Cmd");
    }

    /**
     * Returns the environment.
     *
     * @return lines of the form NAME=value
     */
    public List<String> environment() {
        return run().texts("Env");
    }

    /**
     * Returns who runs the program.
     *
     * @return user, or user:group, by name or number
     */
    public Optional<String> user() {
        return run().text("User").filter(u -> !u.isEmpty());
    }

    /**
     * Returns where the program starts.
     *
     * @return the folder
     */
    public Optional<String> workingDirectory() {
        return run().text("WorkingDir").filter(d -> !d.isEmpty());
    }

    /**
     * Returns the labels.
     *
     * @return an unmodifiable map, in the order written
     */
    public Map<String, String> labels() {
        return Collections.unmodifiableMap(run().textMap("Labels"));
    }

    /**
     * Returns the layers by diff ID.
     *
     * @return the root file system
     */
    public RootFs rootFs() {
        return rootFs;
    }

    /**
     * Returns the history.
     *
     * @return its lines, oldest first
     */
    public List<History> history() {
        return history;
    }

    /**
     * Returns this configuration with the time it was made.
     *
     * @param created the time; written to the second or finer as given
     * @return the new configuration
     */
    public ImageConfig withCreated(Instant created) {
        return edited(json.with("created", created.toString()));
    }

    /**
     * Returns this configuration with another entry point.
     *
     * @param words the words; none removes it
     * @return the new configuration
     */
    public ImageConfig withEntrypoint(List<String> words) {
        return withRun("Entrypoint", words);
    }

    /**
     * Returns this configuration with another command.
     *
     * @param words the words; none removes it
     * @return the new configuration
     */
    public ImageConfig withCommand(List<String> words) {
        return withRun("Cmd", words);
    }

    /**
     * Returns this configuration with one variable set, in its place if it was there.
     *
     * @param name the variable; not empty, without «=»
     * @param value its value
     * @return the new configuration
     * @throws InvalidInputException if the name is empty or holds «=»
     */
    public ImageConfig withEnvironment(String name, String value) {
        if (name.isEmpty() || name.contains("=")) {
            throw new InvalidInputException("«" + Printable.shown(name) + "» is not the name of a variable");
        }
        List<String> lines = new ArrayList<>(environment());
        String line = name + "=" + value;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(name + "=")) {
                lines.set(i, line);
                return withRun("Env", lines);
            }
        }
        lines.add(line);
        return withRun("Env", lines);
    }

    /**
     * Returns this configuration with another user.
     *
     * @param user user, or user:group, by name or number
     * @return the new configuration
     */
    public ImageConfig withUser(String user) {
        return withRun("User", user);
    }

    /**
     * Returns this configuration with another folder to start in.
     *
     * @param folder an absolute path in the image
     * @return the new configuration
     * @throws InvalidInputException if the path is not absolute
     */
    public ImageConfig withWorkingDirectory(String folder) {
        if (!folder.startsWith("/")) {
            throw new InvalidInputException(
                    "a working directory is an absolute path in the image, not «" + Printable.shown(folder) + "»");
        }
        return withRun("WorkingDir", folder);
    }

    /**
     * Returns this configuration with one label set.
     *
     * @param key the label's key
     * @param value its value
     * @return the new configuration
     */
    public ImageConfig withLabel(String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(labels());
        changed.put(key, value);
        return withRun("Labels", changed);
    }

    /**
     * Returns this configuration with one more layer on top and the line of history that tells of it.
     *
     * @param diffId the diff ID of the layer
     * @param line what is said of it; not marked as an empty layer
     * @return the new configuration
     * @throws InvalidInputException if the line is marked as an empty layer
     */
    public ImageConfig append(Digest diffId, History line) {
        if (line.emptyLayer()) {
            throw new InvalidInputException("a line of history for a layer is not marked «empty_layer»");
        }
        List<String> ids = new ArrayList<>();
        rootFs.diffIds().forEach(id -> ids.add(id.toString()));
        ids.add(diffId.toString());
        JsonObject fs = json.object("rootfs")
                .orElse(JsonObject.empty().with("type", "layers"))
                .with("diff_ids", ids);
        List<JsonObject> lines = new ArrayList<>(json.objects("history"));
        lines.add(historyToJson(line));
        return edited(json.with("rootfs", fs).with("history", lines));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageConfig that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Returns the platform and the number of layers. */
    @Override
    public String toString() {
        return "configuration for " + platform + " with " + rootFs.diffIds().size() + " layers";
    }
}
