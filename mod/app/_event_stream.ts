// Copyright the SpareGrid authors. Apache-2.0.
import { SgError } from "../errors/mod.ts";

/** An event of a stream of server-sent events (WHATWG HTML, "Server-sent events"). */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Longest event, characters: a server that never ends one must not fill our memory. */
const EVENT_CHARACTERS_MAX = 16 * 1024 * 1024;

/** The events in a stream of bytes. SG1017 for one that never ends. */
export async function* streamEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = "", event = "", data: string[] = [], length = 0;
  for await (const piece of bytes) {
    rest += decoder.decode(piece, { stream: true });
    if (rest.length + length > EVENT_CHARACTERS_MAX) {
      throw new SgError("SG1017", "The service's answer is longer than any valid one can be");
    }
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0 || event !== "") yield { event: event || "message", data: data.join("\n") };
        event = "";
        data = [];
        length = 0;
        continue;
      }
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      length += value.length;
      if (name === "event") event = value;
      else if (name === "data") data.push(value);
    }
  }
}
