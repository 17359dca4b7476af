// Copyright the SpareGrid authors. Apache-2.0.

/** Where the system does not tell what goes over the link, a side that may still be sending is waited for so many times as long. */
const BLIND_FACTOR = 10;
/** So many bytes are news and end a silence; one now and then is not. */
export const NEWS_BYTES_MIN = 512;
/** The part of the limit after which a silence is looked at for the first time. */
const FIRST_LOOK = 1 / 4;

/**
 * Tells a slow link from one that is gone, when a program has heard nothing for long. The system takes some megabytes to send
 * at once, and TLS hands over 16 KiB at a time: over a link of 64 kbit/s, or of 1 kbit/s, they are under way for minutes.
 */
export class LinkWatch {
  readonly #movedBytes: () => number | undefined;
  #looked = false;
  /** What had moved at the first look at this silence; undefined where the system does not tell. */
  #before: number | undefined;

  /** `movedBytes` answers what went over the link, counted from anywhere, as `movedBytes` of a connection does. */
  constructor(movedBytes: () => number | undefined) {
    this.#movedBytes = movedBytes;
  }

  /** There is news: what comes now is another silence, and what has moved until now says nothing about it. */
  heard(): void {
    this.#looked = false;
  }

  /**
   * To be asked at each quarter of `limitMs`, or more often, while nothing is heard: `silentMs` have passed since the last news.
   *
   * - `patient`: not for so long that anything follows;
   * - `moving`: bytes still come, or those that were sent are confirmed, which is news;
   * - `gone`: nothing moves. With `sending` that takes longer where the system does not tell.
   */
  look(silentMs: number, limitMs: number, sending: boolean): "patient" | "moving" | "gone" {
    if (silentMs < limitMs * FIRST_LOOK) return "patient";
    if (!this.#looked) {
      this.#looked = true;
      this.#before = this.#movedBytes();
    }
    if (silentMs < limitMs) return "patient";
    const now = this.#movedBytes();
    if (now === undefined || this.#before === undefined) {
      return sending && silentMs < limitMs * BLIND_FACTOR ? "patient" : "gone";
    }
    if (now - this.#before < NEWS_BYTES_MIN) return "gone";
    this.heard();
    return "moving";
  }
}
