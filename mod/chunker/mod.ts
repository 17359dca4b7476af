// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Chunker: cuts the content of files where the content says, so that an insertion changes one chunk or two and not all
 * that follow.
 *
 * The rule is FastCDC's (Xia et al., USENIX ATC 2016): a gear hash over the last 64 bytes, no cut in the first 512 KiB, a
 * harder condition below a normal size than above it, a forced cut at 8 MiB; about 1 MiB on average. The hash's table
 * comes from a secret of the repository. restic cuts by another rule; the format leaves that to the writer.
 *
 * Invariants: no input or output, no waiting; cuts depend on content and secret only; whether a place is a
 * candidate depends on the 64 bytes before it only.
 * @module
 */
export { CHUNK_KERNEL_BYTES, ChunkStream } from "./chunk_stream.ts";
export { EASY_BITS, HARD_BITS, NORMAL_BYTES, WINDOW_BYTES } from "./cut_rule.ts";
export { gearTable } from "./gear_table.ts";
