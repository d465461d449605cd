package dev.lading;

import dev.lading.build.AuditFailedException;
import dev.lading.build.BuildResult;
import dev.lading.build.ImageBuilder;
import dev.lading.emulation.ExecDiagnosis;
import dev.lading.emulation.HostExecution;
import dev.lading.emulation.ImageRunner;
import dev.lading.emulation.Launcher;
import dev.lading.emulation.RunResult;
import dev.lading.oci.CancelledException;
import dev.lading.oci.Descriptor;
import dev.lading.oci.Digest;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import dev.lading.oci.UnsupportedException;
import dev.lading.oci.content.ContentGraph;
import dev.lading.oci.content.ContentStore;
import dev.lading.oci.content.CopyResult;
import dev.lading.oci.content.GraphCopy;
import dev.lading.oci.content.Image;
import dev.lading.oci.content.PartlyTaggedException;
import dev.lading.oci.content.SourceFailedException;
import dev.lading.oci.layout.OciLayout;
import dev.lading.oci.platform.HostPlatform;
import dev.lading.oci.rootfs.FlattenResult;
import dev.lading.oci.rootfs.RootFileSystem;
import dev.lading.oci.rootfs.UnpackResult;
import dev.lading.registry.RegistryClient;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The front door: one method a verb, over places named by one word.
 *
 * <p>Everything here is a few lines over the public API of the other modules, which do more; what a method returns can be
 * worked on with them. Registries are asked anonymously. Safe for use by many threads; close it to end the connections to
 * registries, if there were any.
 */
public final class Lading implements AutoCloseable {
    private static final String DEFAULT_TAG = "latest";

    private final Object opening = new Object();
    private @Nullable RegistryClient registries;

    private Lading() {}

    /**
     * Opens the door; nothing is connected yet.
     *
     * @return the front door, to be closed
     */
    public static Lading open() {
        return new Lading();
    }

    /**
     * Builds an image into one or more places. Content goes everywhere first, the names are set last and in this order.
     *
     * @param image what to build
     * @param places where to; a place without a tag and a digest is named {@code latest}
     * @return what was made
     * @throws InvalidInputException if there is no place, or one names a digest, which a build cannot know
     * @throws UnsupportedException if places of this kind are not written yet
     * @throws AuditFailedException if the image holds programs for the wrong machine; no name was moved
     * @throws NotFoundException if a file is not there, or the base lacks a platform
     * @throws PartlyTaggedException if some of the names moved and others did not
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind as {@link ImageBuilder#build}
     */
    public BuildResult build(ImageBuilder image, List<? extends Place> places) {
        List<Destination> all = Destination.of(this, places);
        Destination first = all.get(0);
        if (all.size() == 1) {
            return image.build(first.store(), first.names());
        }
        BuildResult built = image.build(first.store());
        GraphCopy copy = GraphCopy.from(ContentGraph.of(built.descriptor(), first.store()));
        all.forEach(destination -> copy.to(destination.store()));
        List<String> moved = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            moved.addAll(nameAt(all, i, copy, moved));
        }
        return built;
    }

    /** Sets the names at one place; where it fails, what moved at the places before is told with it. */
    private static List<String> nameAt(List<Destination> all, int at, GraphCopy copy, List<String> moved) {
        Destination here = all.get(at);
        try {
            copy.to(here.store(), here.names());
            return here.fullNames(List.of(here.names()));
        } catch (PartlyTaggedException e) {
            List<String> movedToo = new ArrayList<>(moved);
            movedToo.addAll(here.fullNames(e.moved()));
            List<String> untouched = new ArrayList<>(here.fullNames(e.untouched()));
            all.subList(at + 1, all.size()).forEach(d -> untouched.addAll(d.fullNames(List.of(d.names()))));
            throw new PartlyTaggedException(
                    movedToo, e.failed().map(here::fullName), e.unknown().map(here::fullName), untouched, e);
        } catch (LadingException e) {
            if (moved.isEmpty()) {
                throw e;
            }
            List<String> untouched = new ArrayList<>();
            all.subList(at, all.size()).forEach(d -> untouched.addAll(d.fullNames(List.of(d.names()))));
            throw new PartlyTaggedException(moved, Optional.empty(), Optional.empty(), untouched, e);
        }
    }

    /**
     * Resolves a place to what it names; from there on everything goes by digest. A layout without a name is its only image.
     *
     * @param place the place; where it names a tag and a digest, the digest decides
     * @return the graph
     * @throws NotFoundException if it is not there
     * @throws InvalidInputException if a layout without a name holds several images
     * @throws UnsupportedException if places of this kind are not read yet
     * @throws LadingException of another kind if the place cannot be reached or read
     */
    public ContentGraph resolve(Place place) {
        Optional<String> name = place.digest().map(Digest::toString).or(place::tag);
        if (name.isEmpty() && place instanceof Place.Layout layout) {
            return onlyImage(layout);
        }
        return store(place).resolve(name.orElse(DEFAULT_TAG));
    }

    /**
     * Looks at what a place holds.
     *
     * @param place the place
     * @return its document and the images below
     * @throws LadingException as {@link #resolve}
     */
    public Inspection inspect(Place place) {
        return Inspection.of(resolve(place));
    }

    /**
     * Copies everything that a place names into another place: all platforms, the same digest.
     *
     * @param source from where
     * @param target where to; without a tag and a digest it is named {@code latest}; a digest must be the source's
     * @return what was done
     * @throws NotFoundException if the source is not there
     * @throws InvalidInputException if the target names another digest than the source's
     * @throws UnsupportedException if places of this kind are not read or written yet
     * @throws SourceFailedException if the source cannot be read
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind as {@link GraphCopy#to}
     */
    public CopyResult copy(Place source, Place target) {
        ContentGraph graph = resolve(source);
        Digest digest = graph.descriptor().digest();
        if (target.digest().filter(d -> !d.equals(digest)).isPresent()) {
            throw new InvalidInputException(source + " has the digest " + digest + ", so it cannot be copied to "
                    + target + ". Leave the digest out.");
        }
        return GraphCopy.from(graph).to(store(target), names(target));
    }

    /**
     * Chooses one image of a place.
     *
     * @param place the place
     * @param platform the platform wanted; empty for the only image there is, or where there are several the one for this host
     * @return the image
     * @throws NotFoundException if there is none for the platform
     * @throws LadingException as {@link #resolve}
     */
    public Image image(Place place, Optional<Platform> platform) {
        ContentGraph graph = resolve(place);
        if (platform.isEmpty() && graph.images().size() == 1) {
            return graph.onlyImage();
        }
        return graph.image(platform.orElseGet(() -> HostPlatform.detect().forImages()));
    }

    /**
     * Unpacks the root file system of an image into a folder, rootless: without owners and set-user-id bits. What more there is
     * to choose is {@link RootFileSystem}'s.
     *
     * @param place the image
     * @param platform the platform wanted, as for {@link #image}
     * @param folder where to; absent, or an empty folder
     * @return what was done, and what was left out
     * @throws LadingException as {@link #image} and {@link RootFileSystem#unpack}
     */
    public UnpackResult unpack(Place place, Optional<Platform> platform, Path folder) {
        return RootFileSystem.of(image(place, platform)).unpack(folder);
    }

    /**
     * Says whether an image's command starts on a host, and if not, why and what to do. The image is unpacked into a temporary
     * folder, which is removed again.
     *
     * @param place the image
     * @param platform the platform of it; empty for the only one, or the best for this host
     * @param host the host that is to run it
     * @return what would become of its entrypoint and command
     * @throws InvalidInputException if the image has no command
     * @throws LadingException of another kind as {@link #unpack}
     */
    public ExecDiagnosis explain(Place place, Optional<Platform> platform, HostExecution host) {
        return Explaining.of(image(place, platform), host);
    }

    /**
     * Runs an image and waits for its end. What the program changes is gone after it.
     *
     * @param place the image
     * @param platform the platform wanted, as for {@link #image}
     * @param host what this host runs, and how
     * @param settings what the image leaves open: network, mounts, limits, streams; the launcher is set as the image says
     * @param arguments what replaces the image's command; none leaves it
     * @return how it ended
     * @throws LadingException as {@link #image} and {@link ImageRunner#run}
     */
    public RunResult run(
            Place place,
            Optional<Platform> platform,
            HostExecution host,
            UnaryOperator<Launcher> settings,
            List<String> arguments) {
        return ImageRunner.of(image(place, platform), host).with(settings).run(arguments);
    }

    /**
     * Writes the root file system of an image as one tar stream without whiteouts.
     *
     * @param place the image
     * @param platform the platform wanted, as for {@link #image}
     * @param out where to; neither flushed nor closed
     * @return what was written
     * @throws LadingException as {@link #image} and {@link RootFileSystem#flatten}
     */
    public FlattenResult export(Place place, Optional<Platform> platform, OutputStream out) {
        return RootFileSystem.of(image(place, platform)).flatten(out);
    }

    /**
     * Returns the store of a place: what more can be done with it is the store's own API.
     *
     * @param place the place; its tag and digest play no role here
     * @return the repository or the layout; it lives as long as this door is open
     * @throws UnsupportedException if places of this kind are not carried out yet
     * @throws InvalidInputException if the place's path is none of this host
     */
    public ContentStore store(Place place) {
        if (place instanceof Place.Layout layout) {
            return OciLayout.open(layout.path());
        }
        if (place instanceof Place.Remote remote) {
            return registries().repository(remote.name());
        }
        throw new UnsupportedException(place + " is understood, but "
                + (place instanceof Place.Daemon
                        ? "the Docker engine is not reached yet"
                        : "archives are not read or written yet")
                + "; today there are oci:FOLDER and names in registries");
    }

    /**
     * Returns a place as it is written to: what names neither a tag nor a digest gets Docker's tag, {@code latest}.
     *
     * @param target the place
     * @return the place with a tag, a digest, or both
     */
    public static Place named(Place target) {
        return target.tag().isEmpty() && target.digest().isEmpty() ? target.withTag(DEFAULT_TAG) : target;
    }

    /**
     * Returns where something is by its digest alone, without the tag it was given: a name that never means anything else, and
     * that other tools take too (some refuse a tag beside a digest).
     *
     * @param target the place it went to, a layout or a name in a registry
     * @param digest what it is
     * @return the place with the digest
     */
    public static Place pinned(Place target, Digest digest) {
        if (target instanceof Place.Remote remote) {
            return new Place.Remote(remote.name().withoutName().withDigest(digest));
        } else if (target instanceof Place.Layout layout) {
            return new Place.Layout(layout.folder(), Optional.empty(), Optional.of(digest));
        }
        return target.withDigest(digest);
    }

    private static String[] names(Place target) {
        return named(target).tag().stream().toArray(String[]::new);
    }

    private ContentGraph onlyImage(Place.Layout place) {
        OciLayout layout = OciLayout.open(place.path());
        List<Descriptor> entries = layout.index().manifests();
        if (entries.stream().map(Descriptor::digest).distinct().count() != 1) {
            throw Inspection.notOne(place, entries);
        }
        return layout.resolve(entries.get(0).digest().toString());
    }

    private RegistryClient registries() {
        synchronized (opening) {
            RegistryClient open = registries;
            if (open == null) {
                open = RegistryClient.anonymous();
                registries = open;
            }
            return open;
        }
    }

    @Override
    public void close() {
        synchronized (opening) {
            if (registries != null) {
                registries.close();
                registries = null;
            }
        }
    }
}
