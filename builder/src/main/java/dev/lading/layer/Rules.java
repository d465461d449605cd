package dev.lading.layer;

import dev.lading.layer.EntryRule.Owner;
import dev.lading.layer.EntryRule.OwnerNames;
import dev.lading.tar.TarEntry;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the entries of a part are given.
 *
 * @param fileMode one mode for all files, if it is said
 * @param folderMode one mode for all folders, if it is said
 * @param modes what becomes of the modes found, where none is said
 * @param owner one owner for all; the one found if there is none
 * @param names names beside the owner's numbers; the ones found, if the owner is
 * @param times what becomes of the times found
 * @param time the time that {@code times} speaks of
 * @param hardLinks whether files of one content stay hard links of each other
 * @param devices whether devices and fifos of a foreign tar go in
 * @param emptyFolders whether folders go in that hold nothing but folders
 * @param attributes where extended attributes come from; from nowhere if it is empty
 */
record Rules(
        OptionalInt fileMode,
        OptionalInt folderMode,
        Modes modes,
        Optional<Owner> owner,
        Optional<OwnerNames> names,
        Times times,
        Instant time,
        boolean hardLinks,
        boolean devices,
        boolean emptyFolders,
        Optional<AttributeReader> attributes) {

    /** What becomes of the modes found. */
    enum Modes {
        /** Folders 0755, files 0755 or 0644. */
        NORMAL,
        /** Permissions as found, without set-user-id, set-group-id and sticky. */
        KEPT,
        /** All as found. */
        ALL_KEPT
    }

    /** What becomes of the times found. */
    enum Times {
        /** One time for all. */
        ONE,
        /** As found. */
        KEPT,
        /** As found, but none later than one. */
        CLAMPED
    }

    static final int PLAIN = 0644;
    static final int EXECUTABLE = 0755;
    private static final int OWNER_EXECUTES = 0100;

    static final Rules NORMAL = new Rules(
            OptionalInt.empty(),
            OptionalInt.empty(),
            Modes.NORMAL,
            Optional.of(new Owner(0, 0)),
            Optional.empty(),
            Times.ONE,
            Instant.EPOCH,
            false,
            false,
            true,
            Optional.empty());

    /** Of archives, which mean what they say. */
    static final Rules KEPT = new Rules(
            OptionalInt.empty(),
            OptionalInt.empty(),
            Modes.ALL_KEPT,
            Optional.empty(),
            Optional.empty(),
            Times.KEPT,
            Instant.EPOCH,
            true,
            false,
            true,
            Optional.empty());

    Rules withFileMode(int mode) {
        return new Rules(
                OptionalInt.of(mode),
                folderMode,
                modes,
                owner,
                names,
                times,
                time,
                hardLinks,
                devices,
                emptyFolders,
                attributes);
    }

    Rules withFolderMode(int mode) {
        return new Rules(
                fileMode,
                OptionalInt.of(mode),
                modes,
                owner,
                names,
                times,
                time,
                hardLinks,
                devices,
                emptyFolders,
                attributes);
    }

    Rules withModes(Modes kept) {
        return new Rules(
                fileMode, folderMode, kept, owner, names, times, time, hardLinks, devices, emptyFolders, attributes);
    }

    Rules withOwner(Optional<Owner> one) {
        return new Rules(
                fileMode, folderMode, modes, one, names, times, time, hardLinks, devices, emptyFolders, attributes);
    }

    Rules withNames(OwnerNames given) {
        return new Rules(
                fileMode,
                folderMode,
                modes,
                owner,
                Optional.of(given),
                times,
                time,
                hardLinks,
                devices,
                emptyFolders,
                attributes);
    }

    Rules withTimes(Times kept, Instant one) {
        Instant second = Instant.ofEpochSecond(one.getEpochSecond());
        return new Rules(
                fileMode, folderMode, modes, owner, names, kept, second, hardLinks, devices, emptyFolders, attributes);
    }

    Rules withHardLinks(boolean kept) {
        return new Rules(
                fileMode, folderMode, modes, owner, names, times, time, kept, devices, emptyFolders, attributes);
    }

    Rules withDevices() {
        return new Rules(
                fileMode, folderMode, modes, owner, names, times, time, hardLinks, true, emptyFolders, attributes);
    }

    Rules withoutEmptyFolders() {
        return new Rules(fileMode, folderMode, modes, owner, names, times, time, hardLinks, devices, false, attributes);
    }

    Rules withAttributes(AttributeReader reader) {
        return new Rules(
                fileMode,
                folderMode,
                modes,
                owner,
                names,
                times,
                time,
                hardLinks,
                devices,
                emptyFolders,
                Optional.of(reader));
    }

    /** Whether a file system has to be asked for more than its default view. */
    boolean needsDetail() {
        return owner.isEmpty() || modes == Modes.ALL_KEPT || hardLinks;
    }

    /** Whether a file's own mode makes a difference. */
    boolean asksForFileMode() {
        return fileMode.isEmpty();
    }

    int ofFile(int found) {
        if (fileMode.isPresent()) {
            return fileMode.getAsInt();
        }
        return switch (modes) {
            case NORMAL -> (found & OWNER_EXECUTES) != 0 ? EXECUTABLE : PLAIN;
            case KEPT -> found & 0777;
            case ALL_KEPT -> found & 07777;
        };
    }

    int ofFolder(int found) {
        if (folderMode.isPresent()) {
            return folderMode.getAsInt();
        }
        return switch (modes) {
            case NORMAL -> EXECUTABLE;
            case KEPT -> found & 0777;
            case ALL_KEPT -> found & 07777;
        };
    }

    private Instant ofTime(Instant found) {
        return switch (times) {
            case ONE -> time;
            case KEPT -> Instant.ofEpochSecond(found.getEpochSecond());
            case CLAMPED -> found.isAfter(time) ? time : Instant.ofEpochSecond(found.getEpochSecond());
        };
    }

    /** An entry with owner and time by these rules; the owner found is the header's. */
    TarEntry owned(TarEntry header, Instant modified) {
        TarEntry changed = header.withModified(ofTime(modified));
        if (owner.isPresent()) {
            changed = changed.withOwner(owner.get().userId(), owner.get().groupId());
        }
        return names.isPresent()
                ? changed.withOwnerNames(names.get().user(), names.get().group())
                : changed;
    }
}
