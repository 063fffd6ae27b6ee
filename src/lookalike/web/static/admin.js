// @ts-check
/** What the pages share that change galleries: requests with the admin token, which the tab keeps. */

import { Alert } from "./alert.js";
import { at } from "./api.js";
import { find } from "./dom.js";
import { Problem, problemOf } from "./problem.js";

const KEY = "admin-token";
// Of these the server says best what was wrong: whoever changes a gallery wants to know exactly.
const EXACT = new Set(["invalid-parameter", "conflict", "unlike"]);

/** @typedef {{ id: string, name: string, similarity: number }} KnownPerson */

/** Somebody is there whose face is another: whether they are one person is for the user to say. */
export class Unlike extends Problem {
  /**
   * @param {string} detail
   * @param {KnownPerson[]} people who is there
   */
  constructor(detail, people) {
    super("unlike", undefined, detail);
    this.people = people;
  }
}

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
   * @param {FormData | object} [body] an object is sent as JSON
   * @returns {Promise<any>} the JSON of the answer, if it has any
   */
  async ask(method, path, body) {
    const headers = new Headers();
    // Programs on the server's own machine may need none.
    if (this.#token.value) headers.set("Authorization", `Bearer ${bytes(this.#token.value)}`);
    const isForm = body instanceof FormData;
    if (body && !isForm) headers.set("Content-Type", "application/json");
    const sent = !body || isForm ? body : JSON.stringify(body);
    const answer = await fetch(at(path), { method, headers, body: sent }).catch(() => {
      throw new Problem("network");
    });
    const told = await answer.json().catch(() => null);
    if (!answer.ok) throw refusal(answer.status, told);
    this.#remember();
    return told;
  }

  #remember() {
    try {
      sessionStorage.setItem(KEY, this.#token.value);
    } catch {
      // storage is switched off
    }
  }
}

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
 * @param {number} status
 * @param {any} told
 */
function refusal(status, told) {
  const problem = problemOf(status, told);
  if (problem.code === "unlike") return new Unlike(problem.detail, told.people);
  return EXACT.has(problem.code) ? new Problem("refused", undefined, problem.detail) : problem;
}
