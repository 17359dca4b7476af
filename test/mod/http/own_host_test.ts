// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isOwnHost } from "../../../mod/http/mod.ts";

const NAMES = ["Backup.Example", "alpha"];

Deno.test("isOwnHost: addresses, localhost and the names that are given, with a port or without", () => {
  for (
    const host of [
      ...["127.0.0.1", "192.0.2.7:6061", "[::1]", "[2001:db8::7]:6060", "localhost", "LOCALHOST:6060"],
      ...["backup.example", "BACKUP.example:6061", "alpha"],
    ]
  ) assert.ok(isOwnHost(host, NAMES), host);
});

Deno.test("isOwnHost: no other name, and nothing that only looks like one", () => {
  for (
    const host of [
      ...[undefined, "", ":6060", "evil.example", "alpha.evil.example", "127.0.0.1.evil.example"],
      ...["[evil.example]", "[::1", "::1", "localhost:123456", "alpha:x", "alpha:1:2", "[]"],
    ]
  ) assert.ok(!isOwnHost(host, NAMES), host);
});
