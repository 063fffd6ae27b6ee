// @ts-check
/**
 * Among whom to look, as chips: women, men, Koreans, others, the living, a field, a group, a gallery
 * of one's own. Several at once, chosen by the visitor, and remembered for the visit.
 */

import { page } from "./texts.js";

/** @typedef {import("./api.js").Filters} Filters */

const REMEMBERED = "filters";
const form = () => /** @type {HTMLFormElement | null} */ (document.querySelector("#filters"));

/**
 * What was chosen in this visit. Until something was, Koreans see the Korean stars first; all others
 * are a tap away.
 * @returns {Filters}
 */
export function chosen() {
  const known = remembered() ?? (page.language === "ko" ? { origin: "korean" } : {});
  return Object.fromEntries(Object.entries(known).filter(([name, value]) => offers(name, value)));
}

/** @returns {Filters | null} */
function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null");
  } catch {
    return null; // storage is switched off
  }
}

/** @param {Filters} filters */
function remember(filters) {
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify(filters));
  } catch {
    // then they hold for this answer
  }
}

/** Whether it can be chosen here. @param {string} name @param {string} value */
function offers(name, value) {
  const fields = [...(form()?.elements ?? [])];
  return fields.some((field) => {
    if (field instanceof HTMLSelectElement)
      return field.name === name && [...field.options].some((option) => option.value === value);
    return field instanceof HTMLInputElement && field.name === name && field.value === value;
  });
}

export class FilterBar {
  /** @type {HTMLFormElement | null} there is none where there is nothing to choose */
  #form = form();

  /** @param {(filters: Filters) => void} changed */
  constructor(changed) {
    this.#form?.addEventListener("submit", (event) => event.preventDefault());
    this.#form?.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#settle(target);
      const filters = this.value;
      this.show(filters);
      remember(filters);
      changed(filters);
    });
  }

  /** @returns {Filters} */
  get value() {
    if (!this.#form) return {};
    return Object.fromEntries([...new FormData(this.#form)].filter(([, value]) => value));
  }

  /** @param {Filters} filters */
  show(filters) {
    for (const field of this.#form?.elements ?? []) {
      if (field instanceof HTMLSelectElement) {
        field.value = filters[field.name] ?? "";
        field.parentElement?.classList.toggle("is-chosen", Boolean(field.value));
      } else if (field instanceof HTMLInputElement) {
        const none = !Object.keys(filters).length;
        field.checked = field.name ? filters[field.name] === field.value : none;
      }
    }
  }

  /** What a new answer was asked with. */
  reset() {
    this.show(chosen());
  }

  /** @param {boolean} busy */
  set busy(busy) {
    this.#form?.setAttribute("aria-busy", String(busy));
  }

  /** One of a kind at a time; the one without a name stands for everybody. @param {HTMLInputElement} pressed */
  #settle(pressed) {
    if (!pressed.name) this.show({});
    for (const field of this.#form?.elements ?? [])
      if (field instanceof HTMLInputElement && field !== pressed && field.name === pressed.name)
        field.checked = false;
  }
}
