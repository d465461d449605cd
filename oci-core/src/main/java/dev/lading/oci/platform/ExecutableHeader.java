package dev.lading.oci.platform;

import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.NotFoundException;
import dev.lading.oci.Platform;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a file's bytes say about where it runs: its format, the platforms it is for, and what it needs there.
 *
 * <p>One subtype for each format holds what that format tells:
 *
 * <pre>{@code
 * ExecutableHeader header = ExecutableHeader.of(file);
 * if (header instanceof ElfHeader elf) {
 *     elf.interpreter().ifPresent(loader -> …);
 * }
 * }</pre>
 *
 * <p>Bytes decide, never names or permissions. No offset in a file is trusted: each is held against the file's size, and
 * each table has a bound. A malformed file is described, with its {@link #faults()}, never an exception. Immutable.
 */
public sealed interface ExecutableHeader
        permits ElfHeader, PeHeader, MachOHeader, ScriptHeader, ClassFileHeader, JarHeader, WasmHeader, OtherHeader {
    /** How many bytes from the start of a file are worth giving where the file cannot be opened. */
    int BYTES = 4096;

    /** The format of a file. */
    enum Kind {
        /** The executable format of Linux and most other Unix systems: {@link ElfHeader}. */
        ELF,
        /** The executable format of macOS: {@link MachOHeader}. */
        MACH_O,
        /** The executable format of Windows and UEFI: {@link PeHeader}. */
        PE,
        /** A text that names its interpreter after {@code #!}, or seems to mean to: {@link ScriptHeader}. */
        SCRIPT,
        /** A compiled Java class: {@link ClassFileHeader}. */
        JAVA_CLASS,
        /** A Java archive: {@link JarHeader}. */
        JAR,
        /** A WebAssembly module or component: {@link WasmHeader}. */
        WASM,
        /** Anything else, empty files and plain texts among them: {@link OtherHeader}. */
        OTHER
    }

    /**
     * Reads a header from the first bytes of a file. What lies beyond them is not known, and {@link #complete()} says so.
     *
     * @param firstBytes the first bytes of the file, best {@value #BYTES} of them if the file has as many
     * @return what they say
     */
    static ExecutableHeader of(byte[] firstBytes) {
        return HeaderReader.readWindows(FileBytes.of(firstBytes, FileBytes.UNKNOWN_SIZE));
    }

    /**
     * Reads a header from the first bytes of a file whose size is known, so that it can be told whether the file was cut.
     *
     * @param firstBytes the first bytes of the file, best {@value #BYTES} of them if the file has as many
     * @param size the size of the file in bytes
     * @return what they say
     * @throws InvalidInputException if the size is less than the number of bytes given
     */
    static ExecutableHeader of(byte[] firstBytes, long size) {
        if (size < firstBytes.length) {
            throw new InvalidInputException(
                    "a file of " + size + " bytes does not begin with " + firstBytes.length + " bytes");
        }
        return HeaderReader.readWindows(FileBytes.of(firstBytes, size));
    }

    /**
     * Reads the header of a file. Symbolic links are followed; only the parts that are needed are read.
     *
     * @param file the file
     * @return what its bytes say
     * @throws NotFoundException if there is no such file, or it is a folder or another thing that is no regular file
     * @throws LadingException of another kind if the file cannot be read or the thread is interrupted
     */
    static ExecutableHeader of(Path file) {
        // Opening a pipe would wait for its other end.
        if (!Files.isRegularFile(file)) {
            throw new NotFoundException(
                    Files.exists(file)
                            ? file + " is no regular file and has no header. Name a file."
                            : "there is no file " + file + ". Check the path.");
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            return HeaderReader.read(FileBytes.of(channel));
        } catch (NoSuchFileException e) {
            throw new NotFoundException("there is no file " + file + ". Check the path.", e);
        } catch (IOException e) {
            throw LadingException.from("cannot read the header of " + file, e);
        }
    }

    /**
     * Reads the header of what a channel holds, from its first byte on. The channel's position is put back; nobody else may
     * move it meanwhile.
     *
     * @param channel the channel, which stays open
     * @return what its bytes say
     * @throws IOException if the channel cannot be read
     */
    static ExecutableHeader of(SeekableByteChannel channel) throws IOException {
        long position = channel.position();
        try {
            return HeaderReader.read(FileBytes.of(channel));
        } finally {
            if (channel.isOpen()) {
                channel.position(position);
            }
        }
    }

    /**
     * Returns the format.
     *
     * @return the format
     */
    Kind kind();

    /**
     * Says whether the file is of a form that some system starts or loads: an ELF executable or shared object, a PE or Mach-O
     * image, a text that begins with {@code #!}. Whether it would succeed is another matter: see {@link #faults()}.
     *
     * @return true if it is; false of all that another program starts, such as a Java
     */
    default boolean executable() {
        return false;
    }

    /**
     * Returns the platforms the file is for.
     *
     * @return the platforms, in the file's order; empty where the format runs anywhere or the machine has no name in the
     *     image specification's words
     */
    default List<Platform> platforms() {
        return List.of();
    }

    /**
     * Returns the platform the file is for.
     *
     * @return the first of {@link #platforms()}
     */
    default Optional<Platform> platform() {
        return platforms().stream().findFirst();
    }

    /**
     * Returns what is wrong with the file.
     *
     * @return the faults, in the order of their enumeration; empty if none was seen
     */
    Set<ExecutableFault> faults();

    /**
     * Says whether everything that the format tells was seen. It is not where only the first bytes were given and the file
     * goes on.
     *
     * @return false if something was not seen
     */
    default boolean complete() {
        return true;
    }
}
