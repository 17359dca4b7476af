// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { CODES, isSgError, type SgCode, SgError } from "../errors/mod.ts";
import { connectionFailure } from "./connection_failure.ts";

/** Codes that are a server's to choose. All others say what only we can know, and steer what we do next. */
const FROM_SERVERS: readonly SgCode[] = [
  ...["SG0178", "SG0180", "SG0191", "SG0200", "SG0290", "SG0291", "SG0292"] as const,
  ...["SG1014", "SG1015", "SG1017", "SG1020", "SG1036", "SG1037", "SG1038", "SG1039", "SG1040"] as const,
  ...["SG1041", "SG1042", "SG1043", "SG1044", "SG1045"] as const,
];
/** What says that a connection which was there went without a sign from the other end. */
const CUT_OUTSIDE = ["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "ENETRESET", "EHOSTDOWN"];

/** Longest wait that a server may ask for, milliseconds. */
const RETRY_AFTER_MS_MAX = 3_600_000;

/**
 * What a connection's failure means. `doing` continues "Cannot "; `connected` says that the connection was there before.
 *
 * SG0083 against SG0198: both mean that a connection broke off. SG0083 is raised when the other end has ended it, or something
 * that speaks for it: it was closed or reset, the answer broke off; look at the server first. SG0198 is raised when it ended
 * without any sign from there: silence for as long as an exchange may be silent (a firewall or NAT that forgot it, a
 * stalled link, a machine asleep), or our own system gave up the link (no route, no answer to what was sent); look at the way
 * between first. Both are tried again, and waited for, in the same way.
 */
export function networkFailure(doing: string, error: unknown, connected = false): SgError {
  if (error instanceof SgError) return error;
  const { code, why, system } = connectionFailure(error);
  const outside = connected && system !== undefined && CUT_OUTSIDE.includes(system);
  return new SgError(outside ? "SG0198" : code, `Cannot ${doing}: ${why}`, {
    cause: error,
    ...(system === undefined ? {} : { context: { error: system } }),
  });
}

/** True for either code of a connection that broke off. */
export function isBrokenOff(error: unknown): error is SgError {
  return isSgError(error, "SG0083") || isSgError(error, "SG0198");
}

/** What of an answer decides about its meaning. */
export interface AnswerHead {
  readonly status: number;
  header(name: string): string | undefined;
}

/**
 * What an answer that is not the hoped-for one means. `writing` tells a refused change from a refused login; `sentence` is what
 * the server says itself ({@link problemSentence}).
 */
export function statusFailure(
  doing: string,
  writing: boolean,
  answer: AnswerHead,
  sentence?: string,
): SgError {
  const { status } = answer;
  const after = retryAfterMs(answer.header("retry-after"));
  const context = { status, ...(after === undefined ? {} : { retryAfterMs: after }) };
  const named = namedCode(answer);
  const code = named ?? codeOfStatus(status, writing);
  // What it says where it names no code of ours may be any page of anybody's.
  const why = named === undefined ? meaningOf(status) : sentence ?? CODES[named].title.toLowerCase();
  return new SgError(code, `Cannot ${doing}: ${why}`, { context });
}

/** The SG code that the server names, where it is one that servers may name. */
export function namedCode(answer: AnswerHead): SgCode | undefined {
  const named = answer.header("x-sparegrid-code");
  return FROM_SERVERS.find((code) => code === named);
}

/** Longest sentence that is passed on, characters. */
const SENTENCE_MAX = 300;
/** Anything that a terminal or a page could take for more than text: controls, line ends, marks of direction. */
const NOT_TEXT = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** The sentence in a problem document (RFC 9457), bounded and cleaned; undefined where there is none. */
export function problemSentence(body: Uint8Array): string | undefined {
  let problem: unknown;
  try {
    problem = JSON.parse(utf8Text(body));
  } catch {
    return undefined;
  }
  if (typeof problem !== "object" || problem === null) return undefined;
  const { detail, title } = problem as { readonly detail?: unknown; readonly title?: unknown };
  const text = [detail, title].find((each) => typeof each === "string" && each.trim() !== "");
  if (typeof text !== "string") return undefined;
  const clean = text.slice(0, 4 * SENTENCE_MAX).replace(NOT_TEXT, " ").replace(/\s+/g, " ").trim();
  const short = [...clean].slice(0, SENTENCE_MAX).join("");
  return short === "" ? undefined : `the server says: ${short}`;
}

function codeOfStatus(status: number, writing: boolean): SgCode {
  if (status === 401) return "SG1020";
  if (status === 403) return writing ? "SG1014" : "SG1020";
  if (status === 404) return "SG1006";
  if (status === 405 || status === 501) return "SG1014";
  if (status === 413) return "SG0178";
  if (status === 507) return "SG0200";
  return "SG1015";
}

function meaningOf(status: number): string {
  switch (status) {
    case 401:
      return "the server does not accept the user name and password";
    case 403:
      return "the server forbids it";
    case 404:
      return "there is no such file";
    case 413:
    case 507:
      return `the server has no space for it (status ${status})`;
    case 429:
      return "the server asks to slow down (status 429)";
    case 503:
      return "the server is not ready (status 503)";
    default:
      return `the server answered with status ${status}`;
  }
}

function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(Number(text) * 1000, RETRY_AFTER_MS_MAX);
}
