// Copyright the SpareGrid authors. Apache-2.0.
import type { Random } from "../base/mod.ts";

/** Letters and digits that nobody takes for one another on paper. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 6;
const GROUP_LETTERS = 5;

/** A password for a repository's key that people can copy from paper: six groups of five letters, 148 bits of chance. */
export function generatedPassword(random: Random): string {
  const groups: string[] = [];
  while (groups.length < GROUPS) {
    let group = "";
    while (group.length < GROUP_LETTERS) {
      const byte = random.bytes(1)[0]! & 31;
      // 31 letters of 32 values: drawing again keeps all of them equally likely.
      if (byte < ALPHABET.length) group += ALPHABET[byte];
    }
    groups.push(group);
  }
  return groups.join("-");
}
