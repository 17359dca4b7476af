// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";

/** The text of an answer, of at most so many bytes: SG1017 for a longer one, which begins with `what`. */
export async function boundedText(
  answer: AsyncIterable<Uint8Array>,
  bytesMax: number,
  what: string,
): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer) {
    pieces.push(piece);
    length += piece.length;
    if (length > bytesMax) throw new SgError("SG1017", `${what} is longer than any valid one`);
  }
  return utf8Text(concatBytes(pieces));
}
