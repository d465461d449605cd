package dev.lading.cli;

import dev.lading.layer.Compression;
import dev.lading.oci.InvalidInputException;

/** What {@code --compression} says: {@code gzip}, {@code zstd} or {@code none}, the first two with {@code :LEVEL} at will. */
final class CompressionWord {
    private CompressionWord() {}

    static Compression parse(String word) {
        int colon = word.indexOf(':');
        String name = colon < 0 ? word : word.substring(0, colon);
        try {
            if (colon < 0) {
                return switch (name) {
                    case "gzip" -> Compression.gzip();
                    case "zstd" -> Compression.zstd();
                    case "none" -> Compression.none();
                    default -> throw unknown(word);
                };
            }
            int level = Integer.parseInt(word.substring(colon + 1));
            return switch (name) {
                case "gzip" -> Compression.gzip(level);
                case "zstd" -> Compression.zstd(level);
                default -> throw unknown(word);
            };
        } catch (NumberFormatException e) {
            throw unknown(word);
        } catch (InvalidInputException e) {
            throw new UsageException("--compression " + word + ": " + e.getMessage(), e);
        }
    }

    private static UsageException unknown(String word) {
        return new UsageException("«" + word + "» is no compression; write gzip, zstd or none, or with a level gzip:9");
    }
}
