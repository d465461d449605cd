/**
 * Benchmarks, each named after the question it answers, with inputs made from a seed and the rival in the same run; start one
 * by {@code scripts/benchmark}.
 */
@NullMarked
package dev.lading.benchmarks;

import org.jspecify.annotations.NullMarked;
