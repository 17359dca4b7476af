// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** What the caller says of a service that cannot be reached or trusted. */
export interface Reached {
  /** `the service`, `the server`. */
  readonly what: string;
  /** HOST:PORT. */
  readonly at: string;
  readonly signal: AbortSignal;
  /** What to do where nothing answers, and where it is not trusted; the codes' own remedies where left out. */
  readonly remedies?: { readonly closed?: string; readonly untrusted?: string };
}

/** What kept us from an answer, in SpareGrid's words: SG0134, SG0136, SG1019, SG0083; the signal's reason where it aborted. */
export function networkFailure(error: unknown, { what, at, signal, remedies = {} }: Reached): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SgError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const failed = (sg: "SG0083" | "SG0134" | "SG0136" | "SG1019", text: string, remedy?: string) =>
    new SgError(sg, text, { cause: error, context: { at }, ...(remedy === undefined ? {} : { remedy }) });
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NONAME":
      return failed("SG0134", `Cannot find ${what} at ${at}: its name is not known`);
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
      return failed("SG0136", `Cannot reach ${what} at ${at}: nothing answers there`, remedies.closed);
  }
  if (/certificate|self.signed|issuer|altname|CERT_/i.test(`${String(code)} ${String(message)}`)) {
    return failed("SG1019", `Cannot trust ${what} at ${at}: ${String(message)}`, remedies.untrusted);
  }
  return failed("SG0083", `The connection to ${what} at ${at} broke off: ${String(message)}`);
}
