package dev.lading.layer;

import dev.lading.oci.Layer;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.content.ContentSource;
import dev.lading.tar.TarEntry;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One source, where it goes, and by what rules.
 *
 * @param source where entries come from
 * @param destination the path in the image, without leading and trailing slash
 * @param below whether the source goes below the destination: always for what has entries of its own; for a file, under its
 *     own name
 * @param rules what all entries are given
 * @param selection which entries go in, and what some of them are given
 */
record Part(Source source, String destination, boolean below, Rules rules, Selection selection)
        implements LayerRecipe.Node {
    /** A kind of source. */
    sealed interface Source {
        /** Whether it has entries of its own, which go below a destination. */
        default boolean hasEntries() {
            return false;
        }

        /** Throws if it is on a file system and not there. */
        default void require() {}

        /** Whether it has a name of its own. */
        default boolean hasName() {
            return false;
        }
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new NotFoundException(
                    Files.exists(file)
                            ? file + " is no file. Name a file, or add it as a folder."
                            : "there is no file " + file + ". Check the path, or build it first.");
        }
    }

    private static void requireFolder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new NotFoundException(
                    Files.exists(folder)
                            ? folder + " is no folder. Name a folder, or add it as a file."
                            : "there is no folder " + folder + ". Check the path, or build what belongs there first.");
        }
    }

    /** A folder of files. */
    record FolderSource(Path folder) implements Source {
        @Override
        public void require() {
            requireFolder(folder);
        }

        @Override
        public boolean hasEntries() {
            return true;
        }
    }

    /** A single file. */
    record FileSource(Path file) implements Source {
        @Override
        public void require() {
            requireFile(file);
        }

        @Override
        public boolean hasName() {
            return true;
        }
    }

    /** Bytes that are made when they are asked for. */
    record GeneratedSource(long size, Supplier<? extends InputStream> content) implements Source {}

    /** An entry without content that the recipe states, made for a path. */
    record StatedSource(String what, Function<byte[], TarEntry> entry) implements Source {}

    /** A whiteout of the destination, or of all that lower layers have in it. */
    record WhiteoutSource(boolean opaque) implements Source {}

    /** A jar or another zip. */
    record ZipSource(Path file) implements Source {
        @Override
        public void require() {
            requireFile(file);
        }

        @Override
        public boolean hasEntries() {
            return true;
        }
    }

    /** A tar, plain or compressed. */
    record TarSource(Path file) implements Source {
        @Override
        public void require() {
            requireFile(file);
        }

        @Override
        public boolean hasEntries() {
            return true;
        }
    }

    /** A layer that there is already. */
    record LayerSource(ContentSource source, Layer layer) implements Source {
        @Override
        public boolean hasEntries() {
            return true;
        }
    }

    /** What has to be laid over one folder to get another. */
    record DifferenceSource(Path lower, Path upper) implements Source {
        @Override
        public void require() {
            requireFolder(lower);
            requireFolder(upper);
        }

        @Override
        public boolean hasEntries() {
            return true;
        }
    }

    /** The upper folder of an overlay. */
    record OverlaySource(Path upper) implements Source {
        @Override
        public void require() {
            requireFolder(upper);
        }

        @Override
        public boolean hasEntries() {
            return true;
        }
    }

    /** What entries of some paths are given. */
    record Where(PathPattern pattern, EntryRule rule) {}

    /**
     * Which entries of a source go in, by their paths below it, and what some of them are given.
     *
     * @param included all if there is none
     * @param excluded wins over what is included
     * @param where later ones on top of earlier ones
     */
    record Selection(List<PathPattern> included, List<PathPattern> excluded, List<Where> where) {
        static final Selection ALL = new Selection(List.of(), List.of(), List.of());

        Selection including(List<PathPattern> more) {
            return new Selection(joined(included, more), excluded, where);
        }

        Selection excluding(List<PathPattern> more) {
            return new Selection(included, joined(excluded, more), where);
        }

        Selection giving(Where more) {
            return new Selection(included, excluded, joined(where, List.of(more)));
        }

        private static <T> List<T> joined(List<T> first, List<T> second) {
            List<T> all = new ArrayList<>(first);
            all.addAll(second);
            return List.copyOf(all);
        }

        /** Whether paths have to be known as text. */
        boolean asksForPaths() {
            return !(included.isEmpty() && excluded.isEmpty() && where.isEmpty());
        }

        boolean excludes(String path, boolean isFolder) {
            return matches(excluded, path, isFolder);
        }

        boolean includes(String path, boolean isFolder) {
            return included.isEmpty() || matches(included, path, isFolder);
        }

        private static boolean matches(List<PathPattern> patterns, String path, boolean isFolder) {
            for (PathPattern pattern : patterns) {
                if (pattern.matches(path, isFolder)) {
                    return true;
                }
            }
            return false;
        }

        /** An entry with what its path gives it. */
        TarEntry ruled(TarEntry header, String path, boolean isFolder) {
            TarEntry changed = header;
            for (Where one : where) {
                if (one.pattern().matches(path, isFolder)) {
                    changed = one.rule().applied(changed);
                }
            }
            return changed;
        }
    }
}
