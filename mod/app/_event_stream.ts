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
  let event = "", data: string[] = [], length = 0;
  let begun: string[] = [];
  for await (const piece of bytes) {
    const text = decoder.decode(piece, { stream: true });
    begun.push(text);
    length += text.length;
    if (length > EVENT_CHARACTERS_MAX) {
      throw new SgError("SG1017", "The service's answer is longer than any valid one can be");
    }
    // A long line comes in many pieces: what was looked at is not looked at again.
    if (!/[\r\n]/.test(text)) continue;
    const lines = begun.join("").split(/\r\n|\n|\r(?!$)/);
    begun = [lines.pop()!];
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0 || event !== "") yield { event: event || "message", data: data.join("\n") };
        event = "";
        data = [];
        length = begun[0]!.length;
        continue;
      }
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "event") event = value;
      else if (name === "data") data.push(value);
    }
  }
}
