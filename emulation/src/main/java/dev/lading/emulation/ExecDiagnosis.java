package dev.lading.emulation;

import dev.lading.oci.CancelledException;
import dev.lading.oci.InvalidInputException;
import dev.lading.oci.LadingException;
import dev.lading.oci.Platform;
import dev.lading.oci.platform.ElfHeader;
import dev.lading.oci.platform.ExecutableFault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether a command starts in a root file system on a host, and if not, why, and what to do: decided from the bytes and the
 * table of handlers as the kernel does it, before anything is started.
 *
 * <p>Looking first is the only way to know: the kernel has one word for a dozen reasons («exec format error», «no such file»
 * for a file that exists), and whoever starts programs through the JDK or a shell does not even hear that, for both take what
 * the kernel refuses for a shell script. Each result has its facts, a sentence that explains them, and one remedy.
 */
// Long because it is a closed choice that is read as a whole: each kind is a few lines of words.
public sealed interface ExecDiagnosis {
    /** Where a command is looked for if its environment says nothing else. */
    String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /**
     * Looks at a command as root would start it from the root's top folder with the usual PATH.
     *
     * @param root the root file system; {@code /} is the host itself
     * @param argv the command and its arguments
     * @param host the host that is to run it
     * @return what the kernel would do
     * @throws InvalidInputException if the command is empty
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind if the root file system cannot be read
     */
    static ExecDiagnosis of(Path root, List<String> argv, HostExecution host) {
        return of(root, argv, USUAL_PATH, "/", host);
    }

    /**
     * Looks at a command as root would start it.
     *
     * @param root the root file system; {@code /} is the host itself
     * @param argv the command and its arguments
     * @param searchPath the variable PATH of its environment
     * @param workingDirectory the folder it is started from, as an absolute path within the root
     * @param host the host that is to run it
     * @return what the kernel would do
     * @throws InvalidInputException if the command is empty
     * @throws CancelledException if the thread is interrupted
     * @throws LadingException of another kind if the root file system cannot be read
     */
    static ExecDiagnosis of(
            Path root, List<String> argv, String searchPath, String workingDirectory, HostExecution host) {
        if (argv.isEmpty() || argv.get(0).isEmpty()) {
            throw new InvalidInputException("there is no command to look at; name one");
        }
        return new ExecWalk(root, workingDirectory, host).command(argv.get(0), searchPath);
    }

    /** What the kernel answers with, by its symbol. */
    enum Errno {
        /** No such file or directory. */
        ENOENT,
        /** Exec format error. */
        ENOEXEC,
        /** Permission denied. */
        EACCES,
        /** Too many levels of symbolic links, which interpreters count as. */
        ELOOP,
        /** Not a directory. */
        ENOTDIR,
        /** Accessing a corrupted shared library. */
        ELIBBAD
    }

    /**
     * Returns the file that decides, as a path within the root: the command itself, or an interpreter of it.
     *
     * @return the path
     */
    String file();

    /**
     * Says whether the program starts as it should.
     *
     * @return true for {@link Native}, {@link Compatible} and {@link Emulated}
     */
    default boolean runs() {
        return this instanceof Native || this instanceof Compatible || this instanceof Emulated;
    }

    /**
     * Returns what the kernel answers.
     *
     * @return the error; empty where it starts something, be it the wrong thing
     */
    Optional<Errno> errno();

    /**
     * Says what is the matter, with the facts.
     *
     * @return a sentence without its full stop
     */
    String explanation();

    /**
     * Says what would mend it.
     *
     * @return a sentence in the imperative without its first capital and full stop; empty where nothing is to be done
     */
    String remedy();

    /**
     * Returns what is worth knowing of a program that runs.
     *
     * @return the notes; empty for what does not run
     */
    default List<ExecNote> notes() {
        return List.of();
    }

    /** Explanation and remedy in one line. */
    private static String line(ExecDiagnosis diagnosis) {
        return diagnosis.explanation()
                + (diagnosis.remedy().isEmpty() ? "" : ". To change that: " + diagnosis.remedy());
    }

    /**
     * The processor runs it.
     *
     * @param file the program
     * @param notes what is worth knowing
     */
    record Native(String file, List<ExecNote> notes) implements ExecDiagnosis {
        /** Makes the value; the list is copied. */
        public Native {
            notes = List.copyOf(notes);
        }

        @Override
        public Optional<Errno> errno() {
            return Optional.empty();
        }

        @Override
        public String explanation() {
            return file + " runs on this host's own processor";
        }

        @Override
        public String remedy() {
            return "";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The processor runs it in its compatible mode.
     *
     * @param file the program
     * @param platform what it is for
     * @param notes what is worth knowing
     */
    record Compatible(String file, Platform platform, List<ExecNote> notes) implements ExecDiagnosis {
        /** Makes the value; the list is copied. */
        public Compatible {
            notes = List.copyOf(notes);
        }

        @Override
        public Optional<Errno> errno() {
            return Optional.empty();
        }

        @Override
        public String explanation() {
            return file + " is for " + platform + ", which this host's processor runs too";
        }

        @Override
        public String remedy() {
            return "";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * A handler starts an emulator for it.
     *
     * @param file the program
     * @param platform what it is for
     * @param handler the kernel's handler
     * @param cpuModel the processor that the emulator had better be, to be set as {@code QEMU_CPU}; empty where its default
     *     is right
     * @param notes what is worth knowing
     */
    record Emulated(
            String file, Platform platform, BinfmtHandler handler, Optional<CpuModel> cpuModel, List<ExecNote> notes)
            implements ExecDiagnosis {
        /** Makes the value; the list is copied. */
        public Emulated {
            notes = List.copyOf(notes);
        }

        @Override
        public Optional<Errno> errno() {
            return Optional.empty();
        }

        @Override
        public String explanation() {
            return file + " is for " + platform + " and runs by the handler " + handler;
        }

        @Override
        public String remedy() {
            return "";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * There is no such file, or a link to it leads nowhere.
     *
     * @param file the command as it was given
     * @param searched the folders of the PATH that were looked in; empty if the command is a path
     * @param broken the link that leads nowhere, if that is why
     * @param errno {@code ENOENT}; {@code ENOTDIR} or {@code ELOOP} if the path itself is at fault; {@code EACCES} if a folder
     *     on the way may not be searched by this process
     */
    record NotFound(String file, List<String> searched, Optional<String> broken, Optional<Errno> errno)
            implements ExecDiagnosis {
        /** Makes the value; the list is copied. */
        public NotFound {
            searched = List.copyOf(searched);
        }

        @Override
        public String explanation() {
            if (errno.filter(e -> e == Errno.EACCES).isPresent()) {
                return file + " cannot be reached: a folder on the way to it is closed to this user";
            }
            if (broken.isPresent()) {
                boolean circle = errno.filter(e -> e == Errno.ELOOP).isPresent();
                return file + " is a link that leads " + (circle ? "in a circle: " : "nowhere: ") + broken.get();
            }
            return "there is no " + file + " in the root file system"
                    + (searched.isEmpty() ? "" : ", neither in " + String.join(" nor in ", searched));
        }

        @Override
        public String remedy() {
            if (errno.filter(e -> e == Errno.EACCES).isPresent()) {
                return "open that folder to this user (chmod +x), or run as somebody else";
            }
            return searched.isEmpty() ? "check the path" : "check the name and the variable PATH";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * It is a folder or a device, or has no execute bit.
     *
     * @param file the file
     * @param regular true if it is a file, to which the bit can be given
     */
    record NotExecutable(String file, boolean regular) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.EACCES);
        }

        @Override
        public String explanation() {
            return regular ? file + " has no execute bit" : file + " is no regular file";
        }

        @Override
        public String remedy() {
            return regular ? "chmod +x " + file : "name the program";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * Its file system is mounted so that nothing on it may be started.
     *
     * @param file the file
     * @param mountPoint where that file system is mounted on the host
     */
    record NoexecMount(String file, Path mountPoint) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.EACCES);
        }

        @Override
        public String explanation() {
            return file + " lies on " + mountPoint + ", which is mounted with «noexec»";
        }

        @Override
        public String remedy() {
            return "put the root file system elsewhere, or: mount -o remount,exec " + mountPoint;
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The file itself has a fault: empty, cut, corrupted, a script whose first line is wrong.
     *
     * @param file the file
     * @param what what it is, in words
     * @param fault the fault
     * @param errno what the kernel answers
     */
    record Faulty(String file, String what, ExecutableFault fault, Optional<Errno> errno) implements ExecDiagnosis {
        @Override
        public String explanation() {
            return file + ": " + fault.explanation();
        }

        @Override
        public String remedy() {
            return fault.remedy();
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * It is a program of another operating system.
     *
     * @param file the file
     * @param what what it is, in words
     */
    record ForeignSystem(String file, String what) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOEXEC);
        }

        @Override
        public String explanation() {
            return file + " is no program for Linux: " + what;
        }

        @Override
        public String remedy() {
            return "take the program's build for Linux";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * It is no program at all: an archive, a library, an object file, a Java class.
     *
     * @param file the file
     * @param what what it is, in words
     * @param errno what the kernel answers; empty for a library, which it starts and which then crashes
     */
    record NotAProgram(String file, String what, Optional<Errno> errno) implements ExecDiagnosis {
        @Override
        public String explanation() {
            return file + " is no program: " + what;
        }

        @Override
        public String remedy() {
            return what.contains("Java") ? "start it with java" : "name a program";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The interpreter that a script names is not in the root file system.
     *
     * @param file the script
     * @param interpreter the path it names
     */
    record InterpreterMissing(String file, String interpreter) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOENT);
        }

        @Override
        public String explanation() {
            return "the script " + file + " is there, but its interpreter " + interpreter + " is not";
        }

        @Override
        public String remedy() {
            return "install " + interpreter + " in the image, or name an interpreter that is there";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The loader of a dynamically linked program is not in the root file system: the «no such file» for a file that exists.
     *
     * @param file the program
     * @param loader the path it names
     * @param libc the C library it was linked with, if that is known
     * @param others loaders that are there
     */
    record LoaderMissing(String file, String loader, Optional<ElfHeader.Libc> libc, List<String> others)
            implements ExecDiagnosis {
        /** Makes the value; the list is copied. */
        public LoaderMissing {
            others = List.copyOf(others);
        }

        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOENT);
        }

        @Override
        public String explanation() {
            return file + " is there, but its loader " + loader
                    + libc.map(name -> " (of " + name + ")").orElse("")
                    + " is not"
                    + (others.isEmpty() ? "" : "; there is " + String.join(", ", others));
        }

        @Override
        public String remedy() {
            return libc.filter(name -> name == ElfHeader.Libc.GLIBC && !others.isEmpty())
                            .isPresent()
                    ? "take a base image with glibc, install gcompat, or link the program statically"
                    : "install the C library in the image, or link the program statically";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * Scripts name scripts as interpreters too many times over; the kernel goes five steps.
     *
     * @param file the first of them
     * @param chain the files in their order
     */
    record ShebangTooDeep(String file, List<String> chain) implements ExecDiagnosis {
        /** Makes the value; the list is copied. */
        public ShebangTooDeep {
            chain = List.copyOf(chain);
        }

        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ELOOP);
        }

        @Override
        public String explanation() {
            return "the interpreters of " + file + " go more than five steps deep: " + String.join(" → ", chain);
        }

        @Override
        public String remedy() {
            return "name a binary program as the interpreter";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * It is for another architecture, and no handler takes it.
     *
     * @param file the program
     * @param platform what it is for
     * @param emulator an emulator that is on the host, if there is one
     * @param privately what hinders registering it for one run without any right; empty if nothing does
     * @param systemWide what hinders registering it for the whole host; empty if nothing does
     */
    record NoHandler(
            String file,
            Platform platform,
            Optional<Emulator> emulator,
            Optional<Obstacle> privately,
            Optional<Obstacle> systemWide)
            implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOEXEC);
        }

        @Override
        public String explanation() {
            return file + " is for " + platform + ", which this host runs by no handler"
                    + emulator.map(found -> "; the emulator " + found + " is here")
                            .orElse(", and there is no emulator for it");
        }

        @Override
        public String remedy() {
            if (emulator.isEmpty()) {
                return "install the package qemu-user-static, or take an image for this host's platform";
            }
            if (privately.isEmpty()) {
                return "run its image with lading run, which registers the emulator for that run alone; or, for the whole"
                        + " host, as root: lading emulators install";
            }
            return systemWide.isEmpty()
                    ? "lading emulators install"
                    : systemWide.get().remedy();
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * It is for another architecture, and the handler for it is disabled.
     *
     * @param file the program
     * @param platform what it is for
     * @param handler the handler
     */
    record HandlerDisabled(String file, Platform platform, BinfmtHandler handler) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOEXEC);
        }

        @Override
        public String explanation() {
            return file + " is for " + platform + ", and the handler for it, " + handler.name() + ", is disabled";
        }

        @Override
        public String remedy() {
            return "as root: echo 1 > /proc/sys/fs/binfmt_misc/" + handler.name();
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * A handler that does not work hides an older one that would.
     *
     * @param file the program
     * @param handler the handler that the kernel asks
     * @param hidden the one behind it
     */
    record HandlerShadowed(String file, BinfmtHandler handler, BinfmtHandler hidden) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOENT);
        }

        @Override
        public String explanation() {
            return "the handler " + handler + " takes " + file + ", its emulator is not there, and it hides " + hidden;
        }

        @Override
        public String remedy() {
            return "as root: echo 0 > /proc/sys/fs/binfmt_misc/" + handler.name();
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The handler names an emulator that is nowhere.
     *
     * @param file the program
     * @param handler the handler
     */
    record EmulatorMissing(String file, BinfmtHandler handler) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOENT);
        }

        @Override
        public String explanation() {
            return "the handler " + handler + " takes " + file + ", and there is no " + handler.interpreter();
        }

        @Override
        public String remedy() {
            return "install the emulator again, or: lading emulators install";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The emulator is on the host and not in the root file system, and the handler was registered without the flag F.
     *
     * @param file the program
     * @param handler the handler
     */
    record FixBinaryMissing(String file, BinfmtHandler handler) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOENT);
        }

        @Override
        public String explanation() {
            return "the handler " + handler + " has no flag F, so the kernel looks for " + handler.interpreter()
                    + " in the root file system, where it is not";
        }

        @Override
        public String remedy() {
            return "register with F: lading emulators install";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The emulator is dynamically linked, and its loader is not in the root file system.
     *
     * @param file the program
     * @param handler the handler
     * @param loader the emulator's loader
     */
    record EmulatorNotStatic(String file, BinfmtHandler handler, String loader) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOENT);
        }

        @Override
        public String explanation() {
            return "the emulator of the handler " + handler + " needs the loader " + loader
                    + ", which is not in the root file system";
        }

        @Override
        public String remedy() {
            return "install an emulator that is linked statically (the package qemu-user-static) and register it";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * The program would start with its arguments shifted: the name of the emulator asks for the flag P, which the handler
     * lacks.
     *
     * @param file the program
     * @param handler the handler
     */
    record ArgvShift(String file, BinfmtHandler handler) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.empty();
        }

        @Override
        public String explanation() {
            return "the handler " + handler + " lacks the flag P, which its emulator takes for given by its name: "
                    + "arguments are shifted by one";
        }

        @Override
        public String remedy() {
            return "register with P: lading emulators install";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * A handler is meant for this architecture, and its mask keeps this file out.
     *
     * @param file the program
     * @param handler the handler
     * @param offset which byte of the file
     * @param expected what the handler wants there
     * @param found what is there
     */
    record MaskMismatch(String file, BinfmtHandler handler, int offset, int expected, int found)
            implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.of(Errno.ENOEXEC);
        }

        @Override
        public String explanation() {
            return String.format(
                    "the handler %s is for this architecture, and leaves %s out for its byte %d, which is 0x%02x and not 0x%02x",
                    handler, file, offset, found, expected);
        }

        @Override
        public String remedy() {
            return "register with a mask that leaves the bytes 7 to 15 open: lading emulators install";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }

    /**
     * It needs a newer processor than the one that would run it, and would end with an illegal instruction.
     *
     * @param file the program
     * @param needed what it needs
     * @param reason what there is
     */
    record VariantUnsupported(String file, Platform needed, String reason) implements ExecDiagnosis {
        @Override
        public Optional<Errno> errno() {
            return Optional.empty();
        }

        @Override
        public String explanation() {
            return file + " is built for " + needed + ": " + reason;
        }

        @Override
        public String remedy() {
            return "take a build for an older processor";
        }

        @Override
        public String toString() {
            return line(this);
        }
    }
}
