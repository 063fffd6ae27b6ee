// @ts-check
/** Consent to the use of face data: asked for once a visit, in a box of its own. */

import { find } from "./dom.js";
import { Problem } from "./problem.js";

// The tab's own memory: it is gone when the tab is closed, and never leaves the browser.
const KEY = "consent";

export class Consent {
  #box = find("#consent", HTMLInputElement);

  constructor() {
    // It may have been given before this script was there.
    this.#box.checked ||= remembered();
    remember(this.#box.checked);
    this.#box.addEventListener("change", () => {
      remember(this.#box.checked);
      this.#mark(false);
    });
  }

  /** Ask for it where it was not given: nothing may be sent before. */
  require() {
    if (this.#box.checked) return;
    this.#mark(true);
    throw new Problem("consent");
  }

  focus() {
    this.#box.focus();
  }

  /** @param {boolean} wanting */
  #mark(wanting) {
    this.#box.closest(".consent")?.classList.toggle("is-wanting", wanting);
    this.#box.setAttribute("aria-invalid", String(wanting));
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(KEY) === "yes";
  } catch {
    return false; // storage is switched off: ask every time
  }
}

/** @param {boolean} given */
function remember(given) {
  try {
    if (given) sessionStorage.setItem(KEY, "yes");
    else sessionStorage.removeItem(KEY);
  } catch {
    // storage is switched off
  }
}
