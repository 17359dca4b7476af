// Copyright the SpareGrid authors. Apache-2.0.

const NAME = /^[a-z0-9_-][a-z0-9._-]{0,63}$/;

/**
 * True when `text` can name a repository, or an account's folder: `[a-z0-9._-]{1,64}`, no leading dot. So a name is one
 * entry of a folder on every system, and nothing of our own (`.incoming`, `.sparegrid`) can be mistaken for one.
 */
export function isStoreName(text: string): boolean {
  return NAME.test(text);
}
