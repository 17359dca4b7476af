// Copyright the SpareGrid authors. Apache-2.0.
import { KIB } from "../base/mod.ts";

/** Bytes that the gear hash remembers. */
export const WINDOW_BYTES = 64;

/**
 * Chunks shorter than this are cut only where {@link HARD_BITS} bits of the hash are zero, longer ones where
 * {@link EASY_BITS} are: normalized chunking (FastCDC), which draws sizes towards the mean.
 *
 * With the smallest chunk of 512 KiB, 2^21 and 2^18 as mean distances, and q = exp(-(NORMAL - 512 KiB) / 2 MiB), the mean
 * chunk is 512 KiB + 2 MiB (1 - q) + 256 KiB q. 828 KiB makes it 1 MiB.
 */
export const NORMAL_BYTES = 828 * KIB;
export const HARD_BITS = 21;
export const EASY_BITS = 18;
