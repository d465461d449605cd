package dev.lading.oci;

import dev.lading.oci.internal.json.JsonObject;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of one image: its platform, how it is run, its layers by diff ID, its history (image-spec,
 * config.md; Docker's configuration has the same members).
 *
 * <p>Immutable. An edit changes the text of the member it is about and of no other: numbers, escapes, order, white space and
 * members that this class does not know stay to the letter. Equal if the bytes are.
 */
public final class ImageConfig {
    private static final String KIND = "image configuration";
    // RFC 3339, section 5.6; without the leap second, which neither Go nor Java has.
    private static final Pattern TIME = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:[0-5]\\d)(\\.\\d{1,9})?\\d*(Z|[+-]\\d\\d:\\d\\d)",
            Pattern.CASE_INSENSITIVE);

    private final JsonObject json;
    private final Platform platform;
    private final Optional<Instant> created;
    private final Optional<String> author;
    private final Run run;
    private final RootFs rootFs;
    private final List<History> history;

    private ImageConfig(JsonObject json) {
        this.json = json;
        this.platform = Descriptor.platformFromJson(json);
        this.created = instant(json, "created");
        this.author = word(json, "author");
        this.run = json.object("config").map(Run::of).orElse(Run.NOTHING);
        this.rootFs = new RootFs(json.object("rootfs")
                .map(fs -> fs.texts("diff_ids").stream().map(Digest::parse).toList())
                .orElse(List.of()));
        this.history = json.objects("history").stream()
                .map(ImageConfig::historyFromJson)
                .toList();
    }

    /** What the member «config» says; read with the document, so that a broken one is found then and not when it is used. */
    private record Run(
            List<String> entrypoint,
            List<String> command,
            List<String> environment,
            Optional<String> user,
            Optional<String> workingDirectory,
            Optional<String> stopSignal,
            List<String> exposedPorts,
            List<String> volumes,
            Map<String, String> labels) {
        static final Run NOTHING = new Run(
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                Map.of());

        static Run of(JsonObject json) {
            return new Run(
                    List.copyOf(json.texts("Entrypoint")),
                    List.copyOf(json.texts("Cmd")),
                    List.copyOf(json.texts("Env")),
                    word(json, "User"),
                    word(json, "WorkingDir"),
                    word(json, "StopSignal"),
                    keys(json, "ExposedPorts"),
                    keys(json, "Volumes"),
                    Collections.unmodifiableMap(json.textMap("Labels")));
        }

        /** A set, which Go writes as an object of empty objects. */
        private static List<String> keys(JsonObject json, String key) {
            return json.object(key).map(JsonObject::keys).map(List::copyOf).orElse(List.of());
        }
    }

    /**
     * Reads a configuration.
     *
     * @param bytes the document, at most {@value Manifest#MAX_BYTES} bytes
     * @return the configuration
     * @throws InvalidInputException if the bytes are no strict JSON, or not a configuration
     * @throws UnsupportedException if a diff ID is of an algorithm other than sha256 and sha512
     */
    public static ImageConfig read(byte[] bytes) {
        return read(bytes, DocumentLimits.DEFAULT);
    }

    /**
     * Reads a configuration within limits.
     *
     * @param bytes the document
     * @param limits how large and how deep it may be
     * @return the configuration; an edit of it has the same limits
     * @throws InvalidInputException if the bytes are no strict JSON, or not a configuration
     * @throws UnsupportedException if a diff ID is of an algorithm other than sha256 and sha512
     */
    public static ImageConfig read(byte[] bytes, DocumentLimits limits) {
        return Documents.read(KIND, bytes, limits, ImageConfig::new);
    }

    /**
     * Makes the configuration of an image without layers.
     *
     * @param platform the platform of the image
     * @return the configuration
     */
    public static ImageConfig create(Platform platform) {
        Map<String, Object> members = Descriptor.platformToJson(platform);
        members.put("config", Map.of());
        Map<String, Object> fs = new LinkedHashMap<>();
        fs.put("type", "layers");
        fs.put("diff_ids", List.of());
        members.put("rootfs", fs);
        members.put("history", List.of());
        return Documents.made(KIND, () -> JsonObject.of(members, Manifest.MAX_BYTES), ImageConfig::new);
    }

    private static ImageConfig edited(Supplier<JsonObject> edit) {
        return Documents.made(KIND, edit, ImageConfig::new);
    }

    private static History historyFromJson(JsonObject json) {
        return new History(
                instant(json, "created"),
                json.text("created_by"),
                json.text("author"),
                json.text("comment"),
                json.flag("empty_layer"));
    }

    private static Map<String, Object> historyToJson(History line) {
        Map<String, Object> json = new LinkedHashMap<>();
        line.created().ifPresent(time -> json.put("created", written(time)));
        line.createdBy().ifPresent(by -> json.put("created_by", by));
        line.author().ifPresent(who -> json.put("author", who));
        line.comment().ifPresent(remark -> json.put("comment", remark));
        if (line.emptyLayer()) {
            json.put("empty_layer", true);
        }
        return json;
    }

    private static Optional<String> word(JsonObject json, String key) {
        return json.text(key).filter(word -> !word.isEmpty());
    }

    private static Optional<Instant> instant(JsonObject json, String key) {
        return word(json, key)
                .map(text -> parsed(text)
                        .orElseThrow(() -> new InvalidInputException(
                                "member «" + key + "» is not a time of RFC 3339: «" + Printable.shown(text) + "»")));
    }

    /** A time of RFC 3339; what is finer than a nanosecond is cut off, as Go does. */
    static Optional<Instant> parsed(String time) {
        Matcher parts = TIME.matcher(time);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String fraction = parts.group(2) == null ? "" : parts.group(2);
        try {
            return Optional.of(OffsetDateTime.parse(parts.group(1) + fraction + parts.group(3))
                    .toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String written(Instant time) {
        String text = time.toString();
        if (parsed(text).isEmpty()) {
            throw new InvalidInputException(
                    text + " cannot be written as a time of RFC 3339, whose years have four digits");
        }
        return text;
    }

    private ImageConfig withRun(String key, List<String> words) {
        return edited(() -> words.isEmpty() ? json.without("config", key) : json.with(words, "config", key));
    }

    private ImageConfig withRun(String key, String word) {
        return edited(() -> json.with(word, "config", key));
    }

    /** An object without members at a key, for a set as Go writes it; there already if the set has the key. */
    private ImageConfig withKey(List<String> present, String set, String key) {
        return present.contains(key) ? this : edited(() -> json.with(Map.of(), "config", set, key));
    }

    /**
     * Returns the document's bytes.
     *
     * @return a copy of the bytes
     */
    public byte[] bytes() {
        return json.bytes().clone();
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
        return created;
    }

    /**
     * Returns who made the image.
     *
     * @return the author
     */
    public Optional<String> author() {
        return author;
    }

    /**
     * Returns the words every start of the image begins with.
     *
     * @return the entry point; empty if there is none
     */
    public List<String> entrypoint() {
        return run.entrypoint();
    }

    /**
     * Returns the words that follow the entry point unless the caller gives others.
     *
     * @return the command; empty if there is none
     */
    public List<String> command() {
        return run.command();
    }

    /**
     * Returns the environment.
     *
     * @return lines of the form NAME=value
     */
    public List<String> environment() {
        return run.environment();
    }

    /**
     * Returns who runs the program.
     *
     * @return user, or user:group, by name or number
     */
    public Optional<String> user() {
        return run.user();
    }

    /**
     * Returns where the program starts.
     *
     * @return the folder
     */
    public Optional<String> workingDirectory() {
        return run.workingDirectory();
    }

    /**
     * Returns the signal that asks the program to end.
     *
     * @return a name such as {@code SIGTERM} or a number, as written
     */
    public Optional<String> stopSignal() {
        return run.stopSignal();
    }

    /**
     * Returns the ports that the program listens on.
     *
     * @return each as {@code port}, {@code port/tcp} or {@code port/udp}, in the order written
     */
    public List<String> exposedPorts() {
        return run.exposedPorts();
    }

    /**
     * Returns the folders whose content belongs to one container.
     *
     * @return paths in the image, in the order written
     */
    public List<String> volumes() {
        return run.volumes();
    }

    /**
     * Returns the labels.
     *
     * @return an unmodifiable map, in the order written
     */
    public Map<String, String> labels() {
        return run.labels();
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
     * Says what the specification has against this configuration, all of it. Reading refuses only what could be
     * understood in two ways; this also finds what is merely wrong or unwise.
     *
     * @return the findings in the order of the document, the first thousand; none if it is without fault
     */
    public List<DocumentFinding> validate() {
        return Validation.config(json);
    }

    /**
     * Says what the specification has against a configuration that may be too broken to be read.
     *
     * @param bytes the document
     * @return the findings in the order of the document, the first thousand; none if it is without fault
     */
    public static List<DocumentFinding> validate(byte[] bytes) {
        return Validation.config(bytes, DocumentLimits.DEFAULT);
    }

    /**
     * Returns this configuration with the time it was made.
     *
     * @param time the time; written to the second or finer as given
     * @return the new configuration
     * @throws InvalidInputException if its year has not four digits
     */
    public ImageConfig withCreated(Instant time) {
        String text = written(time);
        return edited(() -> json.with(text, "created"));
    }

    /**
     * Returns this configuration with who made the image.
     *
     * @param who the author
     * @return the new configuration
     */
    public ImageConfig withAuthor(String who) {
        return edited(() -> json.with(who, "author"));
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
        String start = name + "=";
        List<String> lines = environment();
        int first = -1;
        BitSet again = new BitSet();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(start)) {
                again.set(i, first >= 0);
                first = first >= 0 ? first : i;
            }
        }
        int place = first;
        return edited(() -> place < 0
                ? json.append(start + value, "config", "Env")
                // Where another tool wrote two lines for one variable, one is left.
                : json.with(start + value, "config", "Env", place).withoutElements(again::get, "config", "Env"));
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
        return edited(() -> json.with(value, "config", "Labels", key));
    }

    /**
     * Returns this configuration without a label.
     *
     * @param key the label's key
     * @return the new configuration; this one if it has no such label
     */
    public ImageConfig withoutLabel(String key) {
        return labels().containsKey(key) ? edited(() -> json.without("config", "Labels", key)) : this;
    }

    /**
     * Returns this configuration with another signal that asks the program to end.
     *
     * @param signal a name such as {@code SIGTERM}, or a number
     * @return the new configuration
     */
    public ImageConfig withStopSignal(String signal) {
        return withRun("StopSignal", signal);
    }

    /**
     * Returns this configuration with one more port that the program listens on.
     *
     * @param port {@code port}, {@code port/tcp} or {@code port/udp}; 1 to 65535
     * @return the new configuration; this one if it has the port
     * @throws InvalidInputException if this is no such port
     */
    public ImageConfig withExposedPort(String port) {
        if (!Validation.isPort(port)) {
            throw new InvalidInputException(
                    "«" + Printable.shown(port) + "» is not a port; it is written as 8080, 8080/tcp or 8080/udp");
        }
        return withKey(exposedPorts(), "ExposedPorts", port);
    }

    /**
     * Returns this configuration with one more folder whose content belongs to one container.
     *
     * @param folder an absolute path in the image
     * @return the new configuration; this one if it has the volume
     * @throws InvalidInputException if the path is not absolute
     */
    public ImageConfig withVolume(String folder) {
        if (!folder.startsWith("/")) {
            throw new InvalidInputException(
                    "a volume is an absolute path in the image, not «" + Printable.shown(folder) + "»");
        }
        return withKey(volumes(), "Volumes", folder);
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
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("type", "layers");
        made.put("diff_ids", List.of(diffId.toString()));
        return edited(() -> (json.has("rootfs")
                        ? json.append(diffId.toString(), "rootfs", "diff_ids")
                        : json.with(made, "rootfs"))
                .append(historyToJson(line), "history"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageConfig that && Arrays.equals(json.bytes(), that.json.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(json.bytes());
    }

    /** Returns the platform and the number of layers. */
    @Override
    public String toString() {
        return "configuration for " + platform + " with " + rootFs.diffIds().size() + " layers";
    }
}
