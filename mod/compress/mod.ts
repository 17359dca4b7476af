// Copyright the SpareGrid authors. Apache-2.0.
/**
 * Compress: zstd frames (RFC 8878), by the system's libzstd where there is one and by the runtime's zstd elsewhere; the
 * frames are the same format.
 *
 * It does not decide what is worth compressing, and knows no blobs.
 *
 * Invariants: all calls are synchronous; no checksum is written (the repository's own MAC and hash do better); what a
 * frame claims about its content's size is never believed; decompressing never takes more memory than the caller allows.
 * @module
 */
export { Compressor } from "./compressor.ts";
export { type CompressionLevel, zstdLevel } from "./levels.ts";
