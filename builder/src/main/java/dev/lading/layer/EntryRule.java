package dev.lading.layer;

import dev.lading.oci.InvalidInputException;
import dev.lading.tar.TarEntry;
import dev.lading.tar.TarKind;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What entries of some paths are given, whatever the rest of a recipe says; see {@link LayerRecipe#where}. Immutable; what is
 * not set is left as it is.
 */
public final class EntryRule {
    private static final int MAX_MODE = 07777;
    static final String ATTRIBUTE_RECORD = "SCHILY.xattr.";

    private final OptionalInt mode;
    private final Optional<Owner> owner;
    private final Optional<OwnerNames> names;
    private final Optional<Instant> time;
    private final Map<String, byte[]> attributes;

    record Owner(long userId, long groupId) {
        Owner {
            if (userId < 0 || userId > TarEntry.MAX_ID || groupId < 0 || groupId > TarEntry.MAX_ID) {
                throw new InvalidInputException(
                        "ids are from 0 to " + TarEntry.MAX_ID + ", not " + userId + ":" + groupId);
            }
        }
    }

    record OwnerNames(String user, String group) {
        OwnerNames {
            if (user.indexOf('\0') >= 0 || group.indexOf('\0') >= 0) {
                throw new InvalidInputException("the name of an owner holds a NUL");
            }
        }
    }

    private EntryRule(
            OptionalInt mode,
            Optional<Owner> owner,
            Optional<OwnerNames> names,
            Optional<Instant> time,
            Map<String, byte[]> attributes) {
        this.mode = mode;
        this.owner = owner;
        this.names = names;
        this.time = time;
        this.attributes = attributes;
    }

    /**
     * A rule that sets nothing yet.
     *
     * @return the rule
     */
    public static EntryRule create() {
        return new EntryRule(OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    /**
     * Returns this rule with a mode, for files and folders alike; links have none.
     *
     * @param newMode permission bits, set-user-id, set-group-id and sticky, from 0 to 07777
     * @return the new rule
     * @throws InvalidInputException if the mode is out of range
     */
    public EntryRule mode(int newMode) {
        return new EntryRule(OptionalInt.of(checkedMode(newMode)), owner, names, time, attributes);
    }

    /**
     * Returns this rule with an owner by number.
     *
     * @param userId from 0 to 2^32-2
     * @param groupId from 0 to 2^32-2
     * @return the new rule
     * @throws InvalidInputException if an id is out of range
     */
    public EntryRule owner(long userId, long groupId) {
        return new EntryRule(mode, Optional.of(new Owner(userId, groupId)), names, time, attributes);
    }

    /**
     * Returns this rule with the owner's names, which stand beside the numbers; most tools prefer the numbers.
     *
     * @param user the user's name, or empty
     * @param group the group's name, or empty
     * @return the new rule
     * @throws InvalidInputException if a name holds a NUL
     */
    public EntryRule ownerNames(String user, String group) {
        return new EntryRule(mode, owner, Optional.of(new OwnerNames(user, group)), time, attributes);
    }

    /**
     * Returns this rule with a time of modification.
     *
     * @param newTime the time, cut to the second
     * @return the new rule
     */
    public EntryRule time(Instant newTime) {
        return new EntryRule(mode, owner, names, Optional.of(newTime), attributes);
    }

    /**
     * Returns this rule with capabilities for files; folders and links are given none.
     *
     * @param capabilities what a program in the file may do
     * @return the new rule
     */
    public EntryRule capabilities(FileCapabilities capabilities) {
        return attribute(FileCapabilities.ATTRIBUTE, capabilities.value());
    }

    /**
     * Returns this rule with one more extended attribute for files and folders; links are given none.
     *
     * @param name the attribute's name with its name space, such as {@code user.note}
     * @param value its value, not empty: an archive cannot say an empty one
     * @return the new rule
     * @throws InvalidInputException if the name has no name space, or holds a NUL or {@code =}, or the value is empty
     */
    public EntryRule attribute(String name, byte[] value) {
        checkAttribute(name);
        if (value.length == 0) {
            throw new InvalidInputException("the attribute " + name + " is empty, which an archive cannot say");
        }
        Map<String, byte[]> more = new TreeMap<>(attributes);
        more.put(name, value.clone());
        return new EntryRule(mode, owner, names, time, more);
    }

    static void checkAttribute(String name) {
        if (name.indexOf('.') < 1 || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            throw new InvalidInputException(
                    "«" + name.replace('\0', '?') + "» is no name of an extended attribute, such as user.note");
        }
    }

    static int checkedMode(int mode) {
        if (mode < 0 || mode > MAX_MODE) {
            throw new InvalidInputException("a mode is from 0 to 07777, not 0" + Integer.toOctalString(mode));
        }
        return mode;
    }

    /** The rule carried out. */
    TarEntry applied(TarEntry entry) {
        TarEntry changed = entry;
        boolean isLink = switch (entry.kind()) {
            case SYMLINK, HARD_LINK -> true;
            case FILE, FOLDER, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> false;
        };
        if (mode.isPresent() && !isLink) {
            changed = changed.withMode(mode.getAsInt());
        }
        if (owner.isPresent()) {
            changed = changed.withOwner(owner.get().userId(), owner.get().groupId());
        }
        if (names.isPresent()) {
            changed = changed.withOwnerNames(names.get().user(), names.get().group());
        }
        if (time.isPresent()) {
            changed = changed.withModified(Instant.ofEpochSecond(time.get().getEpochSecond()));
        }
        return isLink ? changed : withAttributes(changed, attributes);
    }

    /** An entry with more extended attributes; capabilities are for files alone. */
    static TarEntry withAttributes(TarEntry entry, Map<String, byte[]> attributes) {
        TarEntry changed = entry;
        for (Map.Entry<String, byte[]> attribute : attributes.entrySet()) {
            if (!attribute.getKey().equals(FileCapabilities.ATTRIBUTE) || entry.kind() == TarKind.FILE) {
                changed = changed.withRecord(ATTRIBUTE_RECORD + attribute.getKey(), attribute.getValue());
            }
        }
        return changed;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EntryRule that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(mode, owner, names, time);
    }

    /** Returns what the rule sets, in full: equal rules have equal texts. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("rule");
        mode.ifPresent(m -> text.append(" mode 0").append(Integer.toOctalString(m)));
        owner.ifPresent(
                o -> text.append(" owner ").append(o.userId()).append(':').append(o.groupId()));
        names.ifPresent(n -> text.append(" names «")
                .append(n.user())
                .append("»:«")
                .append(n.group())
                .append('»'));
        time.ifPresent(t -> text.append(" time ").append(t));
        attributes.forEach((name, value) -> text.append(" «")
                .append(name)
                .append("»=")
                .append(HexFormat.of().formatHex(value)));
        return text.toString();
    }
}
