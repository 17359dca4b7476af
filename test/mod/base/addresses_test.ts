// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { addressGroup, isLoopback } from "../../../mod/base/mod.ts";

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

const ADDRESSES: readonly (readonly [address: string, key: string])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:db8:0:0:ffff::", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["[::1]", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["", ""],
  ["nonsense", "nonsense"],
];

Deno.test("addressGroup: an IPv4 address stands for itself, IPv6 for its /64 [W5]", () => {
  for (const [address, key] of ADDRESSES) assert.equal(addressGroup(address), key, address);
  assert.ok(addressGroup("x".repeat(1e6)).length <= 64);
  assert.ok(addressGroup(":".repeat(1e6)).length < 100);
});
