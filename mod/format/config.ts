// Copyright the SpareGrid authors. Apache-2.0.
import { utf8 } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { countOf, damaged, idOf, objectOf, textOf } from "./_fields.ts";
import { goJson, parseExact } from "./json.ts";
import type { Config } from "./types.ts";

/** Versions of the format that can be read. */
const VERSIONS = [1, 2];
/** A polynomial of degree 53 has 54 bits. */
const POLYNOMIAL = /^[0-9a-f]{1,14}$/;

/** The JSON of the `config` file. */
export function encodeConfig({ version, id, chunkerPolynomial }: Config): Uint8Array<ArrayBuffer> {
  return utf8(goJson({ version, id, chunker_polynomial: chunkerPolynomial }));
}

/** The `config` from its JSON. SG1005 for what cannot be one, SG1007 for a version that is not known here. */
export function decodeConfig(bytes: Uint8Array, what = "config"): Config {
  const fields = objectOf(parseExact(bytes, what), what);
  const version = countOf(fields, "version", what);
  if (!VERSIONS.includes(version)) {
    throw new SgError("SG1007", `Cannot read ${what}: the repository has format version ${version}`);
  }
  const chunkerPolynomial = textOf(fields, "chunker_polynomial", what, "");
  if (!POLYNOMIAL.test(chunkerPolynomial)) throw damaged(what, "its polynomial is none");
  return { version, id: idOf<string>(fields.id, "id", what), chunkerPolynomial };
}
