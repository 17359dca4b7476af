// Copyright the SpareGrid authors. Apache-2.0.
// Writes generated data to standard output: `generated_data.ts FROM TO`, in GB. Each MiB holds 64 KiB of noise of its own, 16
// times over: nothing repeats from one MiB to the next, and it compresses well.
import { seeded } from "./corpora.ts";

const NOISE_BYTES = 65_536;
const PIECE_BYTES = 1 << 20;

const [from, to] = Deno.args.map((gigabytes) => Math.round(Number(gigabytes) * 1e9 / PIECE_BYTES));
const noise = new Uint32Array(NOISE_BYTES / 4);
const piece = new Uint8Array(PIECE_BYTES);
for (let number = from!; number < to!; number++) {
  const next = seeded(number + 1);
  for (let i = 0; i < noise.length; i++) noise[i] = next();
  for (let at = 0; at < PIECE_BYTES; at += NOISE_BYTES) piece.set(new Uint8Array(noise.buffer), at);
  for (let at = 0; at < piece.length;) at += Deno.stdout.writeSync(piece.subarray(at));
}
