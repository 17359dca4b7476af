// Copyright the SpareGrid authors. Apache-2.0.
// The page's elements. Text only ever becomes a text node: whatever a name holds, it is shown and never read as HTML.
import { ApiError } from "./api.js";
import { markOf, shownText, timeText } from "./words.js";

/**
 * The element of the page with this ID.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function part(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

/**
 * A new element. `attributes` are the program's own words, never names or values of the API.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {...(Node | string)} children
 */
export function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A button that does one thing at a time. `about` tells those who only hear it which one it is.
 * @param {string} word
 * @param {string} about
 * @param {() => Promise<void>} act
 */
export function button(word, about, act) {
  const made = make("button", { type: "button" }, word);
  made.setAttribute("aria-label", `${word}: ${about}`);
  made.addEventListener("click", () => void once(made, act));
  return made;
}

/**
 * Does `act` unless the button's last order is still under way; what fails is told. The button keeps the focus meanwhile,
 * which a disabled one would lose.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} act
 * @param {(error: unknown) => void} told
 */
export async function once(button, act, told = tell) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await act();
  } catch (error) {
    told(error);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

/**
 * A drawing of the page's set; it says nothing that words do not say, too.
 * @param {string} name
 */
export function shape(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("class", "shape");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#shape-${name}`);
  drawing.append(use);
  return drawing;
}

/**
 * A state as word and shape.
 * @param {string} state
 */
export function mark(state) {
  const { word, shape: name, tone } = markOf(state);
  return make("span", { class: `state ${tone}` }, shape(name), word);
}

/**
 * A moment, with its machine-readable form.
 * @param {string} moment
 */
export function time(moment) {
  return make("time", { datetime: moment }, timeText(moment));
}

/**
 * A name as it was given by others: on a line of its own direction, with nothing hidden in it.
 * @param {string} text
 */
export function name(text) {
  return make("bdi", { class: "name" }, shownText(text));
}

/**
 * A line of facts.
 * @param {...(Node | string | undefined)} facts
 */
export function facts(...facts) {
  const told = facts.filter((fact) => fact !== undefined && fact !== "");
  return make("span", { class: "facts" }, ...told.map((fact) => make("span", {}, fact ?? "")));
}

/**
 * Puts a text there unless it is there already: what does not change is not read out again.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}

/**
 * What happened, why, and what to do about it.
 * @param {unknown} error
 */
export function errorText(error) {
  if (!(error instanceof ApiError)) {
    return `This page failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { message, code, remedy } = error;
  return shownText([`${message}${code ? ` [${code}]` : ""}.`, remedy ?? ""].join(" ").trim());
}

/** @type {(error: unknown) => void} */
let onError = () => {};

/**
 * Says who is told of errors that belong to no form.
 * @param {(error: unknown) => void} told
 */
export function tellErrorsTo(told) {
  onError = told;
}

/**
 * Tells an error, unless it is only that something was given up.
 * @param {unknown} error
 */
export function tell(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  onError(error);
}

/**
 * Says something that just happened, aloud and on the page; nothing takes it away.
 * @param {string} text
 */
export function say(text) {
  put(part("said", HTMLParagraphElement), text);
}
