package dev.lading.build;

import dev.lading.layer.LayerRecipe;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A Java application as layers, from what changes least to what changes most: dependencies, snapshots of dependencies,
 * resources, classes. All platforms share them; what differs, such as a runtime made by {@code jlink} or native libraries,
 * comes as a folder for each platform.
 *
 * <p>In the image, below {@code /app}: jars in {@code libs}, each folder of the class path as {@code classes} for its class
 * files and {@code resources} for the rest, the second folder's as {@code classes-2} and {@code resources-2}. The class path
 * there has the order of the one given, each folder's resources before its classes. Jars of one name are told apart by a
 * number. Immutable.
 */
public final class JavaLayers {
    private static final String SNAPSHOT = "SNAPSHOT";
    private static final int JAR_MODE = 0644;

    private final List<Path> classPath;
    private final String root;
    private final List<String> command;
    private final List<PlatformFolder> platformFolders;
    private final UnaryOperator<LayerRecipe> edit;

    private record PlatformFolder(String destination, Function<? super Platform, Path> folder) {}

    private JavaLayers(
            List<Path> classPath,
            String root,
            List<String> command,
            List<PlatformFolder> platformFolders,
            UnaryOperator<LayerRecipe> edit) {
        this.classPath = classPath;
        this.root = root;
        this.command = command;
        this.platformFolders = platformFolders;
        this.edit = edit;
    }

    /**
     * Describes an application; nothing is looked at yet.
     *
     * @param classPath its class path: what ends with {@code .jar} is a jar, everything else a folder
     * @return the layers
     * @throws InvalidInputException if the class path is empty
     */
    public static JavaLayers of(List<Path> classPath) {
        if (classPath.isEmpty()) {
            throw new InvalidInputException("the class path of a Java application has at least one jar or folder");
        }
        return new JavaLayers(List.copyOf(classPath), "/app", List.of(), List.of(), UnaryOperator.identity());
    }

    /**
     * Returns these layers in another folder of the image than {@code /app}.
     *
     * @param folder an absolute path in the image
     * @return the new layers
     * @throws InvalidInputException if the path does not begin with a slash, or holds a colon, which would divide the class
     *     path
     */
    public JavaLayers in(String folder) {
        if (!folder.startsWith("/") || folder.indexOf(':') >= 0) {
            throw new InvalidInputException(
                    "«" + folder + "» cannot hold a Java application; write an absolute path without a colon");
        }
        String clean = folder.endsWith("/") ? folder.substring(0, folder.length() - 1) : folder;
        return new JavaLayers(classPath, clean, command, platformFolders, edit);
    }

    /**
     * Returns these layers with an entry point: {@code java}, the options, the class path and the main class. Without one
     * the image's entry point stays as it is.
     *
     * @param mainClass the class's name, with its package
     * @param options options of the virtual machine, such as {@code -Xmx512m}
     * @return the new layers
     */
    public JavaLayers main(String mainClass, String... options) {
        return main("java", mainClass, options);
    }

    private JavaLayers main(String java, String mainClass, String... options) {
        List<String> words = new ArrayList<>();
        words.add(java);
        words.addAll(List.of(options));
        words.add(Objects.requireNonNull(mainClass));
        return new JavaLayers(classPath, root, List.copyOf(words), platformFolders, edit);
    }

    /**
     * Returns these layers with a folder of its own for each platform, as one more layer below the others.
     *
     * @param destination where its content goes, such as {@code /opt/java}
     * @param folder the folder for a platform
     * @return the new layers
     */
    public JavaLayers perPlatform(String destination, Function<? super Platform, Path> folder) {
        List<PlatformFolder> more = new ArrayList<>(platformFolders);
        more.add(new PlatformFolder(destination, Objects.requireNonNull(folder)));
        return new JavaLayers(classPath, root, command, List.copyOf(more), edit);
    }

    /**
     * Returns these layers with a runtime for each platform, such as {@code jlink} makes: as {@link #perPlatform}, and the
     * entry point runs its {@code bin/java}. To be called after {@link #main}.
     *
     * @param destination where the runtime goes, such as {@code /opt/java}
     * @param folder the runtime for a platform
     * @return the new layers
     * @throws InvalidInputException if there is no entry point yet
     */
    public JavaLayers runtime(String destination, Function<? super Platform, Path> folder) {
        if (command.isEmpty()) {
            throw new InvalidInputException("a runtime runs a main class; name it first by main(…)");
        }
        List<String> words = new ArrayList<>(command);
        words.set(0, (destination.startsWith("/") ? "" : "/") + destination.replaceAll("/$", "") + "/bin/java");
        JavaLayers with = perPlatform(destination, folder);
        return new JavaLayers(classPath, root, List.copyOf(words), with.platformFolders, edit);
    }

    /**
     * Returns these layers with a change of each recipe, such as another owner or time.
     *
     * @param change the change, on top of the earlier ones
     * @return the new layers
     */
    public JavaLayers each(UnaryOperator<LayerRecipe> change) {
        UnaryOperator<LayerRecipe> both = recipe -> change.apply(edit.apply(recipe));
        return new JavaLayers(classPath, root, command, platformFolders, both);
    }

    /**
     * Returns the class path as it is in the image.
     *
     * @return absolute paths, divided by colons
     */
    public String classPath() {
        return String.join(":", locations());
    }

    /**
     * Returns an image with these layers on top, and the entry point if there is one. Folders are looked into, for a layer
     * that would be empty is left out; a folder that is not there is told when the image is built.
     *
     * @param image the image
     * @return the new description
     * @throws LadingException if a folder cannot be read
     */
    public ImageBuilder addTo(ImageBuilder image) {
        ImageBuilder changed = image;
        for (PlatformFolder own : platformFolders) {
            changed = changed.layerFor(platform ->
                    edit.apply(LayerRecipe.folder(own.folder().apply(platform)).into(own.destination())));
        }
        for (LayerRecipe recipe : recipes()) {
            changed = changed.layer(recipe);
        }
        if (command.isEmpty()) {
            return changed;
        }
        List<String> words = new ArrayList<>(command.subList(0, command.size() - 1));
        words.addAll(List.of("-cp", classPath(), command.get(command.size() - 1)));
        return changed.config(config -> config.entrypoint(words.toArray(String[]::new)));
    }

    /** Dependencies, snapshots, resources, classes; those that have nothing are left out. */
    private List<LayerRecipe> recipes() {
        List<LayerRecipe> dependencies = new ArrayList<>();
        List<LayerRecipe> snapshots = new ArrayList<>();
        List<LayerRecipe> resources = new ArrayList<>();
        List<LayerRecipe> classes = new ArrayList<>();
        List<Located> located = located();
        for (Located one : located) {
            if (one.isJar()) {
                LayerRecipe jar = LayerRecipe.file(one.path()).into(one.place()).mode(JAR_MODE);
                (String.valueOf(one.path().getFileName()).contains(SNAPSHOT) ? snapshots : dependencies).add(jar);
            } else {
                LayerRecipe folder = LayerRecipe.folder(one.path());
                if (has(one.path(), false)) {
                    resources.add(folder.into(root + "/resources" + one.number())
                            .exclude("**/*.class")
                            .omitEmptyFolders());
                }
                if (has(one.path(), true)) {
                    classes.add(folder.into(root + "/classes" + one.number()).include("**/*.class"));
                }
            }
        }
        List<LayerRecipe> all = new ArrayList<>();
        for (List<LayerRecipe> layer : List.of(dependencies, snapshots, resources, classes)) {
            layer.stream().reduce(LayerRecipe::and).map(edit).ifPresent(all::add);
        }
        return all;
    }

    /**
     * Where an entry of the class path goes.
     *
     * @param place a jar's path in the image; nothing for a folder, which goes to two
     * @param number what a folder's places end with
     */
    private record Located(Path path, boolean isJar, String place, String number) {}

    private List<Located> located() {
        List<Located> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int folders = 0;
        for (Path path : classPath) {
            String name = String.valueOf(path.getFileName());
            if (name.toLowerCase(Locale.ROOT).endsWith(".jar")) {
                String free = name;
                for (int i = 2; !names.add(free); i++) {
                    free = name.substring(0, name.length() - 4) + "-" + i + name.substring(name.length() - 4);
                }
                if (free.indexOf(':') >= 0) {
                    throw new InvalidInputException(
                            "the jar " + path + " has a colon in its name, which divides class" + " paths. Rename it.");
                }
                all.add(new Located(path, true, root + "/libs/" + free, ""));
            } else {
                folders++;
                all.add(new Located(path, false, "", folders == 1 ? "" : "-" + folders));
            }
        }
        return all;
    }

    private List<String> locations() {
        List<String> all = new ArrayList<>();
        for (Located one : located()) {
            if (one.isJar()) {
                all.add(one.place());
            } else {
                all.add(root + "/resources" + one.number());
                all.add(root + "/classes" + one.number());
            }
        }
        return all;
    }

    /** Whether a folder has a class file, or anything else; yes if it is not there, so that the build says so. */
    private static boolean has(Path folder, boolean classes) {
        if (!Files.isDirectory(folder)) {
            return true;
        }
        Found found = new Found(classes);
        try {
            Files.walkFileTree(folder, found);
        } catch (IOException e) {
            throw LadingException.from("cannot look through the folder " + folder, e);
        }
        return found.any;
    }

    private static final class Found extends SimpleFileVisitor<Path> {
        private final boolean classes;
        private boolean any;

        Found(boolean classes) {
            this.classes = classes;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            any = String.valueOf(file.getFileName()).endsWith(".class") == classes;
            return any ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }
    }
}
