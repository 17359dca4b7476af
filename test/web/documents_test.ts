// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { buildSchema, parse, validate } from "graphql";
import schemaText from "../../schema.graphql" with { type: "text" };
import * as documents from "../../web/documents.js";

Deno.test("documents: each fits schema.graphql, has one operation with a name, and no value in it", () => {
  const schema = buildSchema(schemaText);
  const names = Object.entries(documents).map(([name, text]) => {
    const document = parse(text);
    assert.deepEqual(validate(schema, document).map(({ message }) => message), [], name);
    assert.equal(document.definitions.length, 1, name);
    return "name" in document.definitions[0]! ? document.definitions[0].name?.value : undefined;
  });
  assert.equal(new Set(names).size, names.length);
  assert.ok(!names.includes(undefined));
});
