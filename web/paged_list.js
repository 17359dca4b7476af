// Copyright the SpareGrid authors. Apache-2.0.
// A list that comes in pages. When it is fetched again, rows that stay are changed and not made anew: whoever has the focus
// on one keeps it.
import { button, make } from "./dom.js";

/** @import { PageInfo } from "./documents.js" */

/**
 * @template Node
 * @typedef {object} Source
 * @property {string} what Names the list to those who hear the button for more.
 * @property {string} kind Classes of the list.
 * @property {HTMLElement} empty Stands there instead of no rows.
 * @property {(after: string | null) => Promise<{ nodes: Node[], pageInfo: PageInfo }>} fetch
 * @property {(node: Node) => string} keyOf
 * @property {(node: Node) => Row<Node>} rowOf
 */

/**
 * @template Node
 * @typedef {{ element: HTMLElement, update?: (node: Node) => void }} Row
 */

/** @template Node */
export class PagedList {
  /** @type {Source<Node>} */
  #source;
  #list;
  #more = make("p", {});
  /** @type {Map<string, Row<Node>>} */
  #rows = new Map();
  #pages = 0;
  #isWhole = false;

  /** @param {Source<Node>} source */
  constructor(source) {
    this.#source = source;
    this.#list = make("ul", { class: `rows ${source.kind}` });
    this.element = make("div", {}, this.#list, this.#more);
  }

  /** True when there is no further page. */
  get isWhole() {
    return this.#isWhole;
  }

  /**
   * Fetches the page behind `after`, and shows it behind the others.
   * @param {string | null} after
   */
  async load(after = null) {
    const { nodes, pageInfo } = await this.#source.fetch(after);
    for (const node of nodes) this.#list.append(this.#rowOf(node).element);
    this.#pages++;
    this.#showEnd(pageInfo);
  }

  /** Fetches the first page again: new rows come in, rows that are gone go. */
  async renew() {
    const { nodes, pageInfo } = await this.#source.fetch(null);
    const keys = nodes.map((node) => this.#source.keyOf(node));
    let at = this.#list.firstElementChild;
    const skipGone = (/** @type {(key: string) => boolean} */ isGone) => {
      while (at && isGone(at.getAttribute("data-key") ?? "")) {
        const gone = at;
        at = at.nextElementSibling;
        this.#rows.delete(gone.getAttribute("data-key") ?? "");
        gone.remove();
      }
    };
    for (const [i, node] of nodes.entries()) {
      skipGone((key) => !keys.includes(key));
      if (at?.getAttribute("data-key") === keys[i]) at = at?.nextElementSibling ?? null;
      else this.#list.insertBefore(this.#rowOf(node).element, at);
      this.#rows.get(keys[i] ?? "")?.update?.(node);
    }
    if (pageInfo.hasNextPage && this.#pages > 1) return;
    skipGone(() => true);
    this.#showEnd(pageInfo);
  }

  /** @param {Node} node */
  #rowOf(node) {
    const key = this.#source.keyOf(node);
    const row = this.#rows.get(key) ?? this.#source.rowOf(node);
    row.element.setAttribute("data-key", key);
    this.#rows.set(key, row);
    return row;
  }

  /** @param {PageInfo} pageInfo */
  #showEnd({ hasNextPage, endCursor }) {
    this.#isWhole = !hasNextPage;
    const count = this.#list.childElementCount;
    const next = button("Show more", this.#source.what, () => this.load(endCursor));
    const shown = `The first ${count.toLocaleString("en")} are shown. `;
    this.#more.replaceChildren(...(hasNextPage ? [shown, next] : count === 0 ? [this.#source.empty] : []));
    this.#list.hidden = count === 0;
  }
}
