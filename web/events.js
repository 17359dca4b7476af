// Copyright the SpareGrid authors. Apache-2.0.
// Subscriptions: server-sent events in the answer to a POST (GraphQL over SSE, distinct connections). EventSource cannot send
// a POST, so the stream is read here.
import { ApiError, dataOf, notUnderstood, post } from "./api.js";

/** The service says something at least every 12 s; after this long without a word the line is taken for dead, ms. */
const SILENCE_MS = 30_000;
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
/** No event of ours is nearly as long. */
const EVENT_CHARACTERS_MAX = 1 << 20;

/** Cuts a text stream into events. Comments, which only show that the line lives, are dropped. */
export class EventReader {
  #rest = "";

  /**
   * The events that end in `piece`.
   * @param {string} piece
   * @returns {{ event: string, data: string }[]}
   */
  push(piece) {
    const events = (this.#rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = events.pop() ?? "";
    if (this.#rest.length > EVENT_CHARACTERS_MAX) {
      throw new ApiError("The service sent an event without an end");
    }
    return events.map((text) => {
      const lines = text.split("\n");
      const values = (/** @type {string} */ name) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) =>
          line.slice(name.length + 1).replace(/^ /, "")
        );
      return { event: values("event")[0] ?? "", data: values("data").join("\n") };
    }).filter(({ event }) => event !== "");
  }
}

/**
 * Follows a subscription until `signal` aborts. A connection that breaks is made again, after longer and longer pauses;
 * the state of now comes first each time. Throws the ApiError of a session that is over.
 * @template T
 * @param {string} document
 * @param {{ onData: (data: T) => void, onLink: (isUp: boolean) => void }} told
 * @param {AbortSignal} signal
 */
export async function follow(document, { onData, onLink }, signal) {
  let pauseMs = PAUSE_MS;
  while (!signal.aborted) {
    try {
      await followOnce(document, {
        onData,
        onLink: () => {
          pauseMs = PAUSE_MS;
          onLink(true);
        },
      }, signal);
    } catch (error) {
      if (!signal.aborted && error instanceof ApiError && error.isNobody) throw error;
    }
    if (signal.aborted) return;
    onLink(false);
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS);
  }
}

/**
 * One connection, until it ends.
 * @template T
 * @param {string} document
 * @param {{ onData: (data: T) => void, onLink: () => void }} told
 * @param {AbortSignal} outer
 */
async function followOnce(document, { onData, onLink }, outer) {
  const silence = new AbortController();
  const signal = AbortSignal.any([outer, silence.signal]);
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await post(document, {}, "text/event-stream", signal);
    if (!response.ok || !response.body) {
      dataOf(await response.json().catch(() => ({})));
      throw notUnderstood(response);
    }
    onLink();
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const reader = new EventReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      for (const { event, data } of reader.push(value)) {
        if (event === "complete") return;
        if (event === "next") onData(dataOf(JSON.parse(data)));
      }
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", wake);
    if (signal.aborted) wake();
  });
}
