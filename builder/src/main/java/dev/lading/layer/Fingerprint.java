package dev.lading.layer;

import dev.lading.layer.Part.LayerSource;
import dev.lading.layer.Part.Where;
import dev.lading.oci.Digest;
import dev.lading.oci.LadingException;
import dev.lading.tar.TarEntry;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The digest of all that a scan found, every field with its length before it, so that no two recipes look the same.
 *
 * <p>Of a file on a file system its facts stand for its content, of an archive the archive's own facts; what has no facts, or
 * facts that are not to be trusted, is read.
 */
final class Fingerprint {
    private static final int BUFFER = 64 * 1024;

    private final RecipeScan scan;
    private final Predicate<FileFacts> trustedFiles;
    private final Predicate<FileFacts> trustedArchives;
    private final DataOutputStream out;
    private final byte[] buffer = new byte[BUFFER];

    private Fingerprint(
            RecipeScan scan,
            Predicate<FileFacts> trustedFiles,
            Predicate<FileFacts> trustedArchives,
            MessageDigest digest) {
        this.scan = scan;
        this.trustedFiles = trustedFiles;
        this.trustedArchives = trustedArchives;
        this.out = new DataOutputStream(
                new BufferedOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest), BUFFER));
    }

    /**
     * The digest of a scan that was made with detail.
     *
     * @param trustedFiles whether a file with such facts need not be read
     * @param trustedArchives whether an archive with such facts need not be read
     */
    static Digest of(RecipeScan scan, Predicate<FileFacts> trustedFiles, Predicate<FileFacts> trustedArchives) {
        MessageDigest digest = Digest.Algorithm.SHA256.newMessageDigest();
        Fingerprint fingerprint = new Fingerprint(scan, trustedFiles, trustedArchives, digest);
        try {
            fingerprint.node(scan.root());
            fingerprint.out.flush();
        } catch (IOException e) {
            throw LadingException.from("cannot take the fingerprint of a layer's sources", e);
        }
        return Digest.finish(Digest.Algorithm.SHA256, digest);
    }

    private void node(LayerRecipe.Node node) throws IOException {
        if (node instanceof LayerRecipe.Joined joined) {
            out.writeByte('J');
            out.writeBoolean(joined.laterWins());
            out.writeInt(joined.nodes().size());
            for (LayerRecipe.Node child : joined.nodes()) {
                node(child);
            }
        } else if (node instanceof Part part) {
            if (ArchiveScan.reads(part)) {
                out.writeByte('A');
                archive(part);
            } else {
                List<LayerEntry> entries = scan.of(part);
                out.writeByte('E');
                out.writeInt(entries.size());
                for (LayerEntry entry : entries) {
                    entry(entry);
                }
            }
        }
    }

    private void entry(LayerEntry entry) throws IOException {
        TarEntry header = entry.header();
        bytes(entry.path());
        text(header.kind().name());
        out.writeLong(header.size());
        out.writeInt(header.mode());
        out.writeLong(header.userId());
        out.writeLong(header.groupId());
        time(header.modified());
        bytes(header.linkName());
        text(header.userName());
        text(header.groupName());
        out.writeInt(header.otherRecordKeys().size());
        for (String key : header.otherRecordKeys()) {
            text(key);
            bytes(header.otherRecord(key));
        }
        out.writeBoolean(entry.link().isPresent());
        if (!entry.isFile()) {
            return;
        }
        if (entry.content() instanceof ScannedFile file) {
            facts(file.facts());
            if (trustedFiles.test(file.facts())) {
                return;
            }
        }
        bytes(contentOf(entry, buffer));
    }

    private void facts(FileFacts facts) throws IOException {
        time(facts.modified().toInstant());
        text(facts.key().map(Object::toString).orElse(""));
        Optional<Instant> changed =
                facts.detail().map(detail -> detail.changed().toInstant());
        out.writeBoolean(changed.isPresent());
        if (changed.isPresent()) {
            time(changed.get());
        }
    }

    private void archive(Part part) throws IOException {
        text(part.source().getClass().getSimpleName());
        text(part.destination());
        Rules rules = part.rules();
        text(rules.fileMode() + " " + rules.folderMode() + " " + rules.modes() + " " + rules.owner() + " "
                + rules.times() + " " + rules.time() + " " + rules.hardLinks() + " " + rules.devices() + " "
                + rules.emptyFolders());
        text(rules.names().map(EntryRule.OwnerNames::user).orElse(""));
        text(rules.names().map(EntryRule.OwnerNames::group).orElse(""));
        patterns(part.selection().included());
        patterns(part.selection().excluded());
        out.writeInt(part.selection().where().size());
        for (Where where : part.selection().where()) {
            text(where.pattern().toString());
            text(where.rule().toString());
        }
        if (part.source() instanceof LayerSource source) {
            text(source.layer().descriptor().digest().toString());
            text(source.layer().diffId().toString());
            return;
        }
        Path file = ArchiveScan.file(part).toRealPath();
        FileFacts facts = FileFacts.reader(file.getFileSystem(), true).read(file);
        out.writeLong(facts.size());
        facts(facts);
        if (!trustedArchives.test(facts)) {
            TarEntry header = TarEntry.file("archive", facts.size());
            bytes(contentOf(new LayerEntry(new byte[0], header, new ScannedFile(file, facts), file), buffer));
        }
    }

    private void patterns(List<PathPattern> patterns) throws IOException {
        out.writeInt(patterns.size());
        for (PathPattern pattern : patterns) {
            text(pattern.toString());
        }
    }

    private void text(String text) throws IOException {
        bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private void time(Instant time) throws IOException {
        out.writeLong(time.getEpochSecond());
        out.writeInt(time.getNano());
    }

    /** The sha256 of a file's content, which is read whole. */
    static byte[] contentOf(LayerEntry entry, byte[] buffer) throws IOException {
        MessageDigest digest = Digest.Algorithm.SHA256.newMessageDigest();
        ByteBuffer window = ByteBuffer.wrap(buffer);
        try (ReadableByteChannel in = entry.content().open()) {
            for (int n = in.read(window); n >= 0; n = in.read(window.clear())) {
                digest.update(buffer, 0, n);
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted while reading " + entry.origin());
                }
            }
        }
        entry.content().checkUnchanged();
        return digest.digest();
    }
}
