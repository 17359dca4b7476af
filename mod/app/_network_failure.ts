// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";
import { connectionFailure } from "../storage/mod.ts";

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
  const { code, why } = connectionFailure(error);
  const failed = (text: string, remedy?: string) =>
    new SgError(code, text, { cause: error, context: { at }, ...(remedy === undefined ? {} : { remedy }) });
  switch (code) {
    case "SG0134":
      return failed(`Cannot find ${what} at ${at}: its name is not known`);
    case "SG0136":
      return failed(`Cannot reach ${what} at ${at}: ${why}`, remedies.closed);
    case "SG1019":
      return failed(`Cannot trust ${what} at ${at}: ${why}`, remedies.untrusted);
    case "SG0083":
      return failed(`The connection to ${what} at ${at} broke off: ${why}`);
  }
}
