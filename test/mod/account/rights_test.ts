// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import {
  isRight,
  requireRight,
  RIGHTS,
  rightsOfRole,
  rightsOfToken,
  USER_ROLES,
} from "../../../mod/account/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";

const HELD = {
  viewer: ["READ"],
  operator: ["READ", "OPERATE", "RESTORE"],
  administrator: ["READ", "OPERATE", "RESTORE", "ADMINISTER"],
} as const;

Deno.test("rightsOfRole: each role holds just its rights [W12]", () => {
  for (const role of USER_ROLES) assert.deepEqual([...rightsOfRole(role)], HELD[role]);
});

Deno.test("rightsOfToken: never more than the role, whatever the scopes say [W12]", () => {
  for (const role of USER_ROLES) {
    for (const scopes of [[], ["READ"], ["ADMINISTER"], RIGHTS, ["READ", "NOBODY", "toString"]]) {
      const expected = HELD[role].filter((right) => scopes.includes(right));
      assert.deepEqual([...rightsOfToken(role, scopes)], expected, `${role} ${scopes}`);
    }
  }
});

Deno.test("requireRight: refuses what is not held, with SG1038 [W12]", () => {
  for (const role of USER_ROLES) {
    for (const right of RIGHTS) {
      const held = (HELD[role] as readonly string[]).includes(right);
      const act = () => requireRight(rightsOfRole(role), right);
      if (held) act();
      else assert.throws(act, (error) => isSgError(error, "SG1038") && error.context["right"] === right);
    }
  }
});

Deno.test("isRight: knows the names of rights only", () => {
  for (const right of RIGHTS) assert.ok(isRight(right));
  for (const other of ["", "read", "NOBODY", "constructor"]) assert.ok(!isRight(other));
});
