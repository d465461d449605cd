package dev.lading.emulation;

import dev.lading.oci.InvalidInputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What the kernel does when it starts a handler (kernel admin guide, «binfmt-misc»), in the order it lists them. */
public enum BinfmtFlag {
    /** The program's own {@code argv[0]} is handed on, after its path. */
    PRESERVE_ARGV0('P'),
    /** The kernel opens the program, so that one which may be executed but not read runs too. */
    OPEN_BINARY('O'),
    /**
     * The interpreter gets the credentials of a setuid program; implies {@link #OPEN_BINARY}. System-wide, this gives every
     * user who can start such a program an emulator that runs as its owner and listens to the user's environment.
     */
    CREDENTIALS('C'),
    /** The interpreter is opened when it is registered, so that it is found in every root file system. */
    FIX_BINARY('F');

    private final char letter;

    BinfmtFlag(char letter) {
        this.letter = letter;
    }

    /**
     * Returns the kernel's letter.
     *
     * @return the letter
     */
    public char letter() {
        return letter;
    }

    /**
     * Reads flags as they are written to the kernel.
     *
     * @param letters the letters in any order
     * @return the flags
     * @throws InvalidInputException if a letter is no flag of today's kernels
     */
    public static Set<BinfmtFlag> parse(String letters) {
        EnumSet<BinfmtFlag> flags = EnumSet.noneOf(BinfmtFlag.class);
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            flags.add(Arrays.stream(values())
                    .filter(flag -> flag.letter == letter)
                    .findFirst()
                    .orElseThrow(() -> new InvalidInputException(
                            "«" + letter + "» is no flag of a binfmt_misc handler; there are P, O, C and F")));
        }
        return Collections.unmodifiableSet(flags);
    }

    static String letters(Set<BinfmtFlag> flags) {
        return flags.stream()
                .sorted()
                .map(flag -> Character.toString(flag.letter))
                .collect(Collectors.joining());
    }
}
