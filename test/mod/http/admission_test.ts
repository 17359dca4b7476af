// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { LIMITS_DEFAULT } from "../../../mod/http/mod.ts";
import { Admission } from "../../../mod/http/admission.ts";

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
