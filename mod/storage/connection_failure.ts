// Copyright the SpareGrid authors. Apache-2.0.

/** What kept two machines from talking. */
export interface ConnectionFailure {
  /** SG0134 name not known, SG0136 not reached, SG1019 not trusted, SG0083 broke off. */
  readonly code: "SG0134" | "SG0136" | "SG1019" | "SG0083";
  /** In plain words; the system's or the runtime's own where it has none: no sentence, no full stop. */
  readonly why: string;
  /** The system's name of it (`ECONNRESET`), where there is one. */
  readonly system?: string;
}

const NAME_NOT_FOUND = ["ENOTFOUND", "EAI_AGAIN", "EAI_NODATA", "EAI_NONAME", "EAI_FAIL"];
const NOT_REACHED = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ETIMEDOUT"];
/** The common failures in plain words. */
const IN_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing answers there",
  ECONNRESET: "the connection was reset by the other end",
  EHOSTUNREACH: "there is no way to that machine",
  ENETUNREACH: "there is no way to that network",
  ENOTFOUND: "the name of the machine is not known",
  EPIPE: "the connection was closed by the other end",
  ETIMEDOUT: "nothing answered in time",
};

/** What an error of the runtime's sockets, TLS or name lookup means: the one place that knows their names. */
export function connectionFailure(error: unknown): ConnectionFailure {
  const system = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const text = error instanceof Error ? error.message : String(error);
  return {
    code: codeOf(system, text),
    why: IN_WORDS[system] ?? text,
    ...(system === "" ? {} : { system }),
  };
}

function codeOf(system: string, text: string): ConnectionFailure["code"] {
  if (NAME_NOT_FOUND.includes(system) || /failed to lookup address|name resolution/i.test(text)) {
    return "SG0134";
  }
  if (NOT_REACHED.includes(system)) return "SG0136";
  if (/CERT|SELF_SIGNED|VERIFY|ALTNAME/.test(system) || /certificate/i.test(text)) return "SG1019";
  return "SG0083";
}
