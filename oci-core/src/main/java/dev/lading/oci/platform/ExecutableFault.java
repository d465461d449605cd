package dev.lading.oci.platform;

import java.util.Objects;

/** What is wrong with a file that is meant to be started, each with what the system does about it and one remedy. */
public enum ExecutableFault {
    /** The file has no bytes. Linux refuses it as «exec format error»; a shell runs it as a script of no lines. */
    EMPTY("the file is empty", "put the program there again; a build or a download before it failed"),
    /** The file ends before what its header describes. */
    TRUNCATED("the file ends before what its header describes", "copy or build it again; it was cut"),
    /** The header contradicts itself or the format. */
    MALFORMED("the header does not follow its format", "build the file again"),
    /** A byte order mark stands before {@code #!}, or the script is UTF-16. The kernel sees neither as a script. */
    BYTE_ORDER_MARK("a byte order mark stands before «#!»", "save the script as UTF-8 without byte order mark"),
    /** White space stands before {@code #!}, which must be the first two bytes. */
    SPACE_BEFORE("white space stands before «#!»", "make «#!» the first two bytes of the script"),
    /**
     * The first line ends in a carriage return, which is part of the interpreter's path or argument: «no such file or
     * directory».
     */
    CARRIAGE_RETURN(
            "the first line ends in a carriage return, which becomes part of the interpreter's name",
            "save the script with Unix line ends"),
    /** Nothing follows {@code #!}. */
    NO_INTERPRETER("no interpreter follows «#!»", "name one, such as #!/bin/sh"),
    /** The interpreter's path does not end within the 256 bytes that the kernel looks at. */
    LINE_TOO_LONG(
            "the interpreter's path does not end within the first 256 bytes, which is all the kernel looks at",
            "make the path shorter, or use #!/usr/bin/env NAME"),
    /** The argument after the interpreter does not end within the 256 bytes that the kernel looks at; the rest is lost. */
    ARGUMENT_CUT(
            "the interpreter's argument does not end within the first 256 bytes; the kernel drops the rest",
            "make the argument shorter"),
    /** The interpreter's path is relative: it is found from some working directories and not from others. */
    RELATIVE_INTERPRETER("the interpreter's path is relative", "write it from the root, such as #!/bin/sh"),
    /** A text without {@code #!}: a shell runs it, the kernel refuses it as «exec format error». */
    NO_INTERPRETER_LINE(
            "the text does not begin with «#!»", "name its interpreter in the first line, such as #!/bin/sh");

    private final String explanation;
    private final String remedy;

    ExecutableFault(String explanation, String remedy) {
        this.explanation = Objects.requireNonNull(explanation);
        this.remedy = Objects.requireNonNull(remedy);
    }

    /**
     * Says what is wrong.
     *
     * @return a sentence without its first capital and its full stop
     */
    public String explanation() {
        return explanation;
    }

    /**
     * Says what would mend it.
     *
     * @return a sentence in the imperative, without its first capital and its full stop
     */
    public String remedy() {
        return remedy;
    }
}
