// Copyright the SpareGrid authors. Apache-2.0.

/** Characters of one element; longer ones are no file of ours. */
const ELEMENT_CHARS_MAX = 4096;

const enum At {
  Start,
  FirstElement,
  Element,
  InElement,
  AfterElement,
  End,
}

/**
 * Reads one JSON array whose text arrives in pieces, element by element, in bounded memory. Elements are checked by
 * `JSON.parse`; the array round them here. Throws `SyntaxError` on anything that is not one array.
 */
export class JsonArrayReader {
  #at: At = At.Start;
  #element = "";
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** The elements that `text` completes. */
  *push(text: string): Iterable<unknown> {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text[i]!;
      if (this.#at === At.InElement) {
        if (!this.#endsElement(c)) continue;
        this.#grow(text.slice(from, i));
        yield JSON.parse(this.#element);
        this.#element = "";
        this.#at = At.AfterElement;
      }
      if (isSpace(c)) continue;
      if (this.#step(c)) {
        from = i;
        this.#endsElement(c);
      }
    }
    if (this.#at === At.InElement) this.#grow(text.slice(from));
  }

  /** Says that the text has ended; throws when the array has not. */
  end(): void {
    if (this.#at !== At.End) throw new SyntaxError("the list breaks off");
  }

  /** Takes a character between elements; true when it begins one. */
  #step(c: string): boolean {
    switch (this.#at) {
      case At.Start:
        if (c !== "[") throw new SyntaxError("not a list");
        this.#at = At.FirstElement;
        return false;
      case At.FirstElement:
      case At.Element:
        if (c === "]" && this.#at === At.FirstElement) {
          this.#at = At.End;
          return false;
        }
        this.#at = At.InElement;
        this.#depth = 0;
        return true;
      case At.AfterElement:
        if (c !== "," && c !== "]") throw new SyntaxError("not a list");
        this.#at = c === "," ? At.Element : At.End;
        return false;
      default:
        throw new SyntaxError("text after the list");
    }
  }

  /** Follows strings and nesting inside an element; true at the comma or bracket behind it. */
  #endsElement(c: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (c === "\\") this.#escaped = true;
      else if (c === '"') this.#inString = false;
      return false;
    }
    if (c === '"') this.#inString = true;
    else if (c === "{" || c === "[") this.#depth++;
    else if (this.#depth === 0) return c === "," || c === "]";
    else if (c === "}" || c === "]") this.#depth--;
    return false;
  }

  #grow(text: string): void {
    this.#element += text;
    if (this.#element.length > ELEMENT_CHARS_MAX) throw new SyntaxError("an element of the list is too long");
  }
}

function isSpace(c: string): boolean {
  return c === " " || c === "\n" || c === "\r" || c === "\t";
}
