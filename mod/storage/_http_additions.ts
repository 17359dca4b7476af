// Copyright the SpareGrid authors. Apache-2.0.
// What SpareGrid servers answer beyond restic's protocol, and how they say no.
import { utf8, utf8Text } from "../base/mod.ts";
import { SgError } from "../errors/mod.ts";
import { filePath } from "./file_handle.ts";
import type { HttpExchange } from "./_http_exchange.ts";
import { problemSentence, statusFailure } from "./_http_failure.ts";
import type { HttpTransport } from "./_http_transport.ts";
import type { FileHandle, StorageCall, StorageUsage } from "./storage.ts";

/** Names in one question. */
const NAMES_MAX = 50_000;
/** Bytes of a problem document that are looked at, of an answer about space, and of one about each name asked for. */
const PROBLEM_BYTES_MAX = 8 * 1024;
const USAGE_BYTES_MAX = 4 * 1024;
const NAME_BYTES_MAX = 80;

const HEADERS = { accept: "application/json, application/problem+json", "cache-control": "no-cache" };

/** What a refusal means, with the server's own sentence where it is one of ours. Reads the answer's body. */
export async function refusal(doing: string, writing: boolean, answer: HttpExchange): Promise<SgError> {
  const speaks = answer.header("content-type")?.toLowerCase().startsWith("application/problem+json") ?? false;
  const sentence = speaks ? await sentenceOf(answer) : undefined;
  return statusFailure(doing, writing, answer, sentence);
}

async function sentenceOf(answer: HttpExchange): Promise<string | undefined> {
  try {
    return problemSentence(await answer.body(PROBLEM_BYTES_MAX));
  } catch (error) {
    // The status has been heard; why may have got lost.
    if (error instanceof SgError) return undefined;
    throw error;
  }
}

/** See Storage.missing. Undefined where the server has not said, in any answer, that it is one of SpareGrid. */
export async function missingFiles(
  transport: HttpTransport,
  location: string,
  files: readonly FileHandle[],
  call: StorageCall = {},
): Promise<FileHandle[] | undefined> {
  if (files.length === 0) return [];
  if (!transport.announced) return undefined;
  const doing = `ask what is missing at ${location}`;
  const missing: FileHandle[] = [];
  for (let from = 0; from < files.length; from += NAMES_MAX) {
    const asked = new Map(files.slice(from, from + NAMES_MAX).map((file) => [filePath(file), file]));
    const body = utf8(JSON.stringify([...asked.keys()]));
    const request = {
      ...{ method: "POST", path: "?missing", body, doing, signal: call.signal } as const,
      headers: { ...HEADERS, "content-type": "application/json" },
    };
    const names = await transport.exchange(
      request,
      (answer) => jsonOf(answer, doing, 1024 + asked.size * NAME_BYTES_MAX),
    );
    if (!Array.isArray(names)) throw wrongAnswer(doing, "with something that is no list");
    for (const name of new Set<unknown>(names)) {
      const file = typeof name === "string" ? asked.get(name) : undefined;
      if (!file) throw wrongAnswer(doing, "with a name that was not asked for");
      missing.push(file);
    }
  }
  return missing;
}

/** See Storage.usage. */
export async function usageOf(
  transport: HttpTransport,
  location: string,
  call: StorageCall = {},
): Promise<StorageUsage | undefined> {
  const doing = `ask for the space at ${location}`;
  if (!transport.announced) {
    // Nothing may have been asked yet; any answer says what the server is.
    const look = { method: "HEAD", path: "config", headers: HEADERS, doing, signal: call.signal } as const;
    await transport.exchange(look, (answer) => answer.drain());
    if (!transport.announced) return undefined;
  }
  const request = { method: "GET", path: "?usage", headers: HEADERS, doing, signal: call.signal } as const;
  const said = await transport.exchange(request, (answer) => jsonOf(answer, doing, USAGE_BYTES_MAX));
  if (typeof said !== "object" || said === null) throw wrongAnswer(doing, "with something else");
  const number = (name: string): number | undefined => {
    const value = (said as Readonly<Record<string, unknown>>)[name];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  const used = number("used");
  if (used === undefined) throw wrongAnswer(doing, "without saying what is used");
  const usage: { -readonly [K in keyof StorageUsage]: StorageUsage[K] } = { used };
  for (const name of ["allotted", "free", "trash", "retentionLockDays"] as const) {
    const value = number(name);
    if (value !== undefined) usage[name] = value;
  }
  return usage;
}

async function jsonOf(answer: HttpExchange, doing: string, bytesMax: number): Promise<unknown> {
  if (answer.status !== 200) throw await refusal(doing, false, answer);
  const body = await answer.body(bytesMax + 1);
  if (body.length > bytesMax) throw wrongAnswer(doing, "with more than was asked for");
  try {
    return JSON.parse(utf8Text(body));
  } catch (error) {
    throw new SgError("SG1015", `Cannot ${doing}: the server answered with something that is no JSON`, {
      cause: error,
    });
  }
}

/** The failure of an answer that is no answer to what was asked. `how` follows "the server answered". */
export function wrongAnswer(doing: string, how: string): SgError {
  return new SgError("SG1015", `Cannot ${doing}: the server answered ${how}`);
}
