// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { addressGroup, LIMITS_DEFAULT } from "../../../mod/http/mod.ts";
import { Admission } from "../../../mod/http/admission.ts";

Deno.test("addressGroup: IPv4 is itself, IPv6 its network of 64 bits", () => {
  assert.equal(addressGroup("192.0.2.7"), "192.0.2.7");
  assert.equal(addressGroup("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assert.equal(addressGroup("2001:DB8:0001:2::9"), "2001:db8:1:2::/64");
  assert.equal(addressGroup("2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(addressGroup("fe80::1%eth0"), "fe80:0:0:0::/64");
  assert.equal(addressGroup("::1"), "0:0:0:0::/64");
});

Deno.test("Admission: counts by address and in all, and what leaves makes room", () => {
  const admission = new Admission({ ...LIMITS_DEFAULT, connectionsMax: 3, connectionsPerAddressMax: 2 });
  admission.enter("2001:db8::1");
  admission.enter("2001:db8::2");
  assert.equal(admission.full("2001:db8::3"), "address");
  assert.equal(admission.full("192.0.2.1"), undefined);
  admission.enter("192.0.2.1");
  assert.equal(admission.full("192.0.2.2"), "total");
  admission.leave("2001:db8::1");
  assert.equal(admission.full("2001:db8::3"), undefined);
});
