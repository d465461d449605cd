package dev.lading.gzip;

import java.util.Arrays;

/**
 * The best prefix code for some frequencies whose codes are not longer than a limit (nearly the best, where the limit
 * matters), as RFC 1951, section 3.2.2 numbers it.
 */
final class HuffmanCode {
    final int[] lengths;

    /** Bits in the order they are sent, the first in the lowest place. */
    final int[] codes;

    private final int limit;
    private final long[] order;
    private final int[] work;
    private final int[] perLength;

    HuffmanCode(int symbols, int limit) {
        this.lengths = new int[symbols];
        this.codes = new int[symbols];
        this.limit = limit;
        this.order = new long[symbols];
        this.work = new int[symbols];
        this.perLength = new int[limit + 1];
    }

    /**
     * Makes the code anew.
     *
     * @param frequencies how often each symbol occurs; fewer than two symbols are filled up to two, for there are readers
     *     that refuse a code of one
     */
    void make(int[] frequencies) {
        Arrays.fill(lengths, 0);
        int used = 0;
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            if (frequencies[symbol] > 0) {
                order[used++] = (long) frequencies[symbol] << 16 | symbol;
            }
        }
        for (int symbol = 0; used < 2; symbol++) {
            if (frequencies[symbol] == 0) {
                order[used++] = 1L << 16 | symbol;
            }
        }
        Arrays.sort(order, 0, used);
        countLengths(used);
        int next = 0;
        for (int length = limit; length > 0; length--) {
            for (int i = perLength[length]; i > 0; i--) {
                lengths[(int) order[next++] & 0xffff] = length;
            }
        }
        number();
    }

    /**
     * Depths of the leaves of a Huffman tree, in place: while the tree is made a node's entry is its weight, then its
     * parent, then its depth (the method of Moffat and Katajainen, 1995).
     */
    private void countLengths(int used) {
        int[] a = work;
        for (int i = 0; i < used; i++) {
            a[i] = (int) (order[i] >>> 16);
        }
        int leaf = 0;
        int root = 0;
        for (int next = 0; next < used - 1; next++) {
            int weight = 0;
            for (int child = 0; child < 2; child++) {
                if (leaf >= used || root < next && a[root] < a[leaf]) {
                    weight += a[root];
                    a[root++] = next;
                } else {
                    weight += a[leaf++];
                }
            }
            a[next] = weight;
        }
        Arrays.fill(perLength, 0);
        a[used - 2] = 0;
        for (int i = used - 3; i >= 0; i--) {
            a[i] = a[a[i]] + 1;
        }
        int free = 1;
        int taken = 0;
        int depth = 0;
        int inner = used - 2;
        int left = used;
        while (free > 0) {
            while (inner >= 0 && a[inner] == depth) {
                taken++;
                inner--;
            }
            int leaves = free - taken;
            perLength[Math.min(depth, limit)] += leaves;
            left -= leaves;
            free = 2 * taken;
            taken = 0;
            depth++;
        }
        assert left == 0;
        shorten();
    }

    /** Makes room for the codes that were cut to the limit: a shorter one becomes one longer until all fit. */
    private void shorten() {
        int over = -(1 << limit);
        for (int length = 1; length <= limit; length++) {
            over += perLength[length] << limit - length;
        }
        while (over > 0) {
            int length = limit - 1;
            while (perLength[length] == 0) {
                length--;
            }
            perLength[length]--;
            perLength[length + 1] += 2;
            perLength[limit]--;
            over--;
        }
    }

    private void number() {
        int code = 0;
        int[] next = new int[limit + 1];
        for (int length = 1; length <= limit; length++) {
            next[length] = code;
            code = code + perLength[length] << 1;
        }
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            int length = lengths[symbol];
            codes[symbol] = length == 0 ? 0 : Integer.reverse(next[length]++) >>> 32 - length;
        }
    }
}
