// Copyright the SpareGrid authors. Apache-2.0.
import { CODES, type SgCode, SgError } from "../errors/mod.ts";

const NAME_NOT_FOUND = ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"];
const NOT_REACHED = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ETIMEDOUT"];

/** Codes that a server may not choose for us: what they say is ours alone to know. */
const NOT_FROM_SERVERS: readonly SgCode[] = ["SG1016", "SG1019", "SG1023"];

/** Longest wait that a server may ask for, milliseconds. */
const RETRY_AFTER_MS_MAX = 3_600_000;

/** What a connection's failure means. `doing` continues "Cannot ". */
export function networkFailure(doing: string, error: unknown): SgError {
  if (error instanceof SgError) return error;
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const text = error instanceof Error ? error.message : String(error);
  return new SgError(codeOf(code, text), `Cannot ${doing}: ${text}`, {
    cause: error,
    ...(code === "" ? {} : { context: { error: code } }),
  });
}

function codeOf(code: string, text: string): SgCode {
  if (NAME_NOT_FOUND.includes(code) || /failed to lookup address|name resolution/i.test(text)) {
    return "SG0134";
  }
  if (NOT_REACHED.includes(code)) return "SG0136";
  if (/CERT|SELF_SIGNED|VERIFY|ALTNAME/.test(code) || /certificate/i.test(text)) return "SG1019";
  return "SG0083";
}

/** What of an answer decides about its meaning. */
export interface AnswerHead {
  readonly status: number;
  header(name: string): string | undefined;
}

/** What an answer that is not the hoped-for one means. `writing` tells a refused change from a refused login. */
export function statusFailure(doing: string, writing: boolean, answer: AnswerHead): SgError {
  const { status } = answer;
  const named = answer.header("x-sparegrid-code");
  const after = retryAfterMs(answer.header("retry-after"));
  const context = { status, ...(after === undefined ? {} : { retryAfterMs: after }) };
  const code =
    named !== undefined && Object.hasOwn(CODES, named) && !NOT_FROM_SERVERS.includes(named as SgCode)
      ? named as SgCode
      : codeOfStatus(status, writing);
  return new SgError(code, `Cannot ${doing}: ${meaningOf(status)}`, { context });
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
