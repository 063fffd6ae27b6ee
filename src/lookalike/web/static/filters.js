// @ts-check
/**
 * Among whom to look, as chips: women, men, Koreans, others, the living, a field, a group, a gallery
 * of one's own. Several at once, chosen by the visitor, and remembered for the visit.
 */

import { findAgain } from "./api.js";
import { page } from "./texts.js";

/** @typedef {import("./api.js").Filters} Filters */
/** @typedef {import("./api.js").Lookalikes} Lookalikes */

const REMEMBERED = "filters";
const form = () => /** @type {HTMLFormElement | null} */ (document.querySelector("#filters"));

/**
 * The first answer to a photo, among those whom the visitor chose before. Until they chose, Koreans
 * see the Korean stars first, all others a tap away, unless the photo seems to be of somebody.
 * @param {(filters: Filters) => Promise<Lookalikes>} ask sends the photo
 * @param {AbortSignal} signal
 * @returns {Promise<Lookalikes>}
 */
export async function findFirst(ask, signal) {
  const before = remembered();
  if (before) return ask(before);
  const answer = await ask({});
  const korean = { origin: "korean" };
  const koreans = page.language === "ko" && form()?.hasAttribute("data-koreans");
  if (!koreans || !answer.sealed || answer.faces.some(isKnown)) return answer;
  return findAgain(answer, korean, () => ask(korean), signal);
}

/** @param {import("./api.js").RankedFace} face */
function isKnown({ people: [best] }) {
  return best && !best.score.aws && best.score.verdict === "same-person";
}

/** What was chosen in this visit and can be chosen here. @returns {Filters | null} */
function remembered() {
  try {
    const known = Object.entries(JSON.parse(sessionStorage.getItem(REMEMBERED) ?? "null"));
    return Object.fromEntries(known.filter(([name, value]) => offers(name, value)));
  } catch {
    return null; // nothing, or storage is switched off
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

/** @param {string} name @param {unknown} value */
function offers(name, value) {
  return [...(form()?.elements ?? [])].some((field) => {
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
      if (target instanceof HTMLElement)
        target.parentElement?.scrollIntoView({ block: "nearest", inline: "nearest" });
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

  /** Those that an answer was made with. @param {Filters} filters */
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
