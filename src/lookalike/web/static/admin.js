// @ts-check
/** What the pages share that change galleries: requests with the admin token, which the tab keeps. */

import { Alert } from "./alert.js";
import { at } from "./api.js";
import { find } from "./dom.js";
import { openPicture, release } from "./picture.js";
import { Problem } from "./problem.js";
import { page, text } from "./texts.js";
import { ask, send } from "./upload.js";

// Below another path of the same host another server may be, with a token of its own.
const KEY = `admin-token${page.root}`;
// What the document hears when somebody was added or changed.
export const CHANGED = "people-changed";
// Of these the server says best what was wrong: whoever changes a gallery wants to know exactly.
const EXACT = new Set(["invalid-parameter", "conflict", "too-many"]);

/** @typedef {import("./upload.js").Field} Field */

export class Admin {
  #token;

  /** @param {HTMLInputElement} token the field that it is typed into */
  constructor(token) {
    this.#token = token;
    this.recall();
  }

  /** Put the token into its field, as it is after the form was emptied too. */
  recall() {
    try {
      // What was typed before this script came stays.
      this.#token.value ||= sessionStorage.getItem(KEY) ?? "";
    } catch {
      // storage is switched off: the token is typed every time
    }
  }

  /**
   * @param {"GET" | "POST" | "PATCH" | "DELETE"} method
   * @param {string} path below the API's root
   * @param {object} [facts] sent as JSON
   * @returns {Promise<any>} the JSON of the answer, if it has any
   */
  ask(method, path, facts) {
    const headers = { ...this.#permit(), ...(facts && { "Content-Type": "application/json" }) };
    return this.#told(send(at(path), facts ? JSON.stringify(facts) : null, { method, headers }));
  }

  /**
   * Add photos that were chosen in a form, as everywhere on the page they are opened and sent.
   * @param {string} path below the API's root
   * @param {FormDataEntryValue[]} chosen
   * @param {Field[]} facts sent with them
   * @returns {Promise<any>} the JSON of the answer
   */
  async add(path, chosen, facts = []) {
    /** @type {import("./picture.js").Picture[]} */
    const pictures = [];
    try {
      // One after the other: each is large while it is decoded.
      for (const file of chosen) if (file instanceof File) pictures.push(await openPicture(file));
      /** @type {Field[]} */
      const photos = pictures.map((each) => ["photos", each]);
      return await this.#told(ask(at(path), [...facts, ...photos], { headers: this.#permit() }));
    } finally {
      pictures.forEach(release);
    }
  }

  /**
   * Send a file as it is.
   * @param {string} path below the API's root
   * @param {File} file
   */
  put(path, file) {
    return this.#told(send(at(path), file, { method: "PUT", headers: this.#permit() }));
  }

  /** @returns {Record<string, string>} */
  #permit() {
    // Programs on the server's own machine may need none.
    return this.#token.value ? { Authorization: `Bearer ${bytes(this.#token.value)}` } : {};
  }

  /** @param {Promise<Blob>} answer */
  async #told(answer) {
    const words = await (await answer.catch(refuse)).text();
    this.#remember();
    return words ? JSON.parse(words) : null;
  }

  #remember() {
    try {
      sessionStorage.setItem(KEY, this.#token.value);
    } catch {
      // storage is switched off
    }
  }
}

/**
 * Whose photos are, and whether the page may show them, as a form states it.
 * @param {FormData} given
 * @returns {Field[]}
 */
export function creditOf(given) {
  return ["author", "licence", "source", "show"].flatMap((name) => {
    const value = String(given.get(name) ?? "").trim();
    return value ? [/** @type {Field} */ ([name, value])] : [];
  });
}

/**
 * What was done, and by which of the photos somebody is badly found.
 * @param {string} said
 * @param {{ photo: number, shortcomings: { flaw: string }[] }[]} warnings
 */
export function withWarnings(said, warnings) {
  const lines = warnings.map(({ photo, shortcomings }) => {
    const flaws = shortcomings.map(({ flaw }) => text(`manage.flaws.${flaw}`));
    return text("manage.poor", { number: photo + 1, flaws: flaws.join(", ") });
  });
  return [said, ...lines].join(" ");
}

/** Let the parts of a page that show people know that there are others. */
export const tellChange = () => document.dispatchEvent(new Event(CHANGED));

/** Does one thing after the other of a page, and says what was done or went wrong. */
export class Work {
  #said = find("#said", HTMLElement);
  #alert = new Alert();
  #place;
  #last = 0;

  /** @param {HTMLElement} place what cannot be used meanwhile */
  constructor(place) {
    this.#place = place;
  }

  /** @param {() => Promise<string | null>} work what is said; null: it was not done */
  async do(work) {
    // A token that is typed while something is under way begins anew: what came of it is old then.
    const number = ++this.#last;
    this.#alert.hide();
    this.#said.textContent = "";
    this.#place.inert = true;
    try {
      const said = await work();
      if (number === this.#last) this.#said.textContent = said;
    } catch (error) {
      if (number === this.#last) this.#alert.show(error);
    } finally {
      if (number === this.#last) this.#place.inert = false;
    }
  }
}

/** A text as a header can hold it, whatever its script: its UTF-8, a letter a byte. @param {string} words */
const bytes = (words) => String.fromCharCode(...new TextEncoder().encode(words));

/**
 * @param {unknown} error
 * @returns {never}
 */
function refuse(error) {
  const isExact = error instanceof Problem && EXACT.has(error.code);
  throw isExact ? new Problem("refused", undefined, error.detail) : error;
}
