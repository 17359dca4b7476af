// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isLoopback } from "../../../mod/base/mod.ts";

Deno.test("isLoopback: this machine's own addresses and no others", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "::FFFF:127.0.0.1"]) {
    assert.ok(isLoopback(address));
  }
  for (
    const address of [
      "",
      "128.0.0.1",
      "::2",
      "127.0.0.1.evil.example",
      "localhost",
      "1.127.0.0.1",
      "::ffff:10.0.0.1",
    ]
  ) {
    assert.ok(!isLoopback(address), address);
  }
});
