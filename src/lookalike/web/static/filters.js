// @ts-check
/** Among whom to look: everybody, women, men, a group, a gallery of one's own. */

/** @typedef {import("./api.js").Filters} Filters */

export class FilterBar {
  /** @type {HTMLFormElement | null} there is none where there is nothing to choose */
  #form = document.querySelector("#filters");

  /** @param {(filters: Filters) => void} changed */
  constructor(changed) {
    this.#form?.addEventListener("change", () => changed(this.value));
    this.#form?.addEventListener("submit", (event) => event.preventDefault());
  }

  /** @returns {Filters} */
  get value() {
    if (!this.#form) return {};
    return Object.fromEntries([...new FormData(this.#form)].filter(([, value]) => value));
  }

  reset() {
    this.#form?.reset();
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.#form?.setAttribute("aria-busy", String(busy));
  }
}
