// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { buildSchema, validateSchema } from "graphql";
import { SCHEMA_TEXT } from "../../../mod/api/mod.ts";
import { schemaTypes } from "../../../scripts/graphql_types.ts";
import { ROOT } from "../../house/_sources.ts";

Deno.test("SCHEMA_TEXT: it is schema.graphql, and valid", () => {
  assert.equal(SCHEMA_TEXT, Deno.readTextFileSync(`${ROOT}schema.graphql`));
  assert.deepEqual(validateSchema(buildSchema(SCHEMA_TEXT)), []);
});

Deno.test("schema_types.ts: it is what scripts/graphql_types.ts makes of schema.graphql", async () => {
  assert.equal(Deno.readTextFileSync(`${ROOT}mod/api/schema_types.ts`), await schemaTypes());
});
