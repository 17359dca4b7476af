// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isIP } from "node:net";
import { machineAddresses } from "../../../mod/platform/network.ts";

Deno.test("machineAddresses names addresses that others can reach, each once", () => {
  const addresses = machineAddresses();
  assert.equal(new Set(addresses).size, addresses.length);
  for (const address of addresses) {
    assert.notEqual(isIP(address), 0, address);
    assert.ok(!address.startsWith("127.") && address !== "::1" && !address.startsWith("fe80"), address);
  }
});
