// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom, utf8, utf8Text } from "../../../mod/base/mod.ts";
import type { Node } from "../../../mod/format/mod.ts";
import { file, folder, node, ToyStore } from "./toy_store.ts";

export const signal = new AbortController().signal;
export const asRoot = Deno.uid() === 0;

/** Writes a stream into a new file. */
export async function save(path: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  using out = await Deno.open(path, { create: true, write: true });
  for await (const part of parts) {
    for (let at = 0; at < part.length;) at += await out.write(part.subarray(at));
  }
}

/** Runs a program that must succeed. */
export async function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<{ said: string; out: string }> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const [out, said] = [utf8Text(stdout), utf8Text(stderr)];
  assert.ok(success, `${command} ${args.join(" ")}: ${said}`);
  return { said, out };
}

/** What both kinds of archive can hold. */
export function common(store: ToyStore): Node[] {
  const long = "l".repeat(200);
  return [
    file(store, "plain.txt", "plain content\n".repeat(50)),
    file(store, "empty", ""),
    file(store, "big", systemRandom.bytes(200_000), { piece: 50_000 }),
    file(store, "text", "text ".repeat(500_000), { piece: 700_001 }),
    file(store, "r\u00e9sum\u00e9 \u65e5\u672c", "utf-8"),
    file(store, "run.sh", "#!/bin/sh\n", { permissions: 0o751 }),
    node("symlink", "link", { linkTarget: utf8("plain.txt"), permissions: 0o777 }),
    node("symlink", "far", { linkTarget: utf8(`/${long}/${long}`), permissions: 0o777 }),
    folder(store, "sub", [folder(store, long, [file(store, long, "long path")]), folder(store, "none", [])]),
  ];
}
