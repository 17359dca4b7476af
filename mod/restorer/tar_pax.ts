// Copyright the SpareGrid authors. Apache-2.0.
import { concatBytes, utf8 } from "../base/mod.ts";

/** Records of a pax extended header, `LENGTH KEYWORD=VALUE\n` each, where the length counts itself. */
export function paxRecords(records: readonly (readonly [string, Uint8Array | string])[]): Uint8Array {
  return concatBytes(records.map(([keyword, value]) => paxRecord(keyword, value)));
}

function paxRecord(keyword: string, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? utf8(value) : value;
  const rest = concatBytes([utf8(` ${keyword}=`), bytes, utf8("\n")]);
  let length = rest.length + 1;
  while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
  return concatBytes([utf8(`${length}`), rest]);
}
