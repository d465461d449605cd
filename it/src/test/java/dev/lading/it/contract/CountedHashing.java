package dev.lading.it.contract;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** While this is open, every byte that goes into a SHA-256 of this virtual machine is counted. */
final class CountedHashing implements AutoCloseable {
    private final AtomicLong bytes = new AtomicLong();
    private final Provider provider = new Counting();

    private CountedHashing() {}

    static CountedHashing open() {
        CountedHashing counted = new CountedHashing();
        Security.insertProviderAt(counted.provider, 1);
        return counted;
    }

    long bytes() {
        return bytes.get();
    }

    @Override
    public void close() {
        Security.removeProvider(provider.getName());
    }

    private final class Counting extends Provider {
        private static final long serialVersionUID = 1L;

        Counting() {
            super("LadingCounting", "1", "counts what is hashed");
            putService(new Service(this, "MessageDigest", "SHA-256", CountingDigest.class.getName(), List.of(), null) {
                @Override
                public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
                    return new CountingDigest(bytes);
                }
            });
        }
    }

    private static final class CountingDigest extends MessageDigestSpi {
        private final MessageDigest real;
        private final AtomicLong count;

        CountingDigest(AtomicLong count) throws NoSuchAlgorithmException {
            this.count = count;
            this.real = MessageDigest.getInstance("SHA-256", Security.getProvider("SUN"));
        }

        @Override
        protected void engineUpdate(byte input) {
            count.incrementAndGet();
            real.update(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            count.addAndGet(length);
            real.update(input, offset, length);
        }

        @Override
        protected byte[] engineDigest() {
            return real.digest();
        }

        @Override
        protected int engineDigest(byte[] target, int offset, int length) throws DigestException {
            return real.digest(target, offset, length);
        }

        @Override
        protected int engineGetDigestLength() {
            return real.getDigestLength();
        }

        @Override
        protected void engineReset() {
            real.reset();
        }
    }
}
