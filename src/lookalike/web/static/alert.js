// @ts-check
/** Says what went wrong, above the button that tries again. */

import { announce, find, icon, make } from "./dom.js";
import { explain, Problem } from "./problem.js";
import { text } from "./texts.js";

/**
 * The problem that an error is; one that nobody foresaw goes to the console too.
 * @param {unknown} error
 */
export function problemFrom(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem("other");
}

/**
 * Title and advice, as the content of an alert.
 * @param {Problem} problem
 */
export function advice(problem) {
  const { title, advice } = explain(problem);
  return [icon("warning"), make("div", {}, make("strong", {}, title), make("p", {}, advice))];
}

export class Alert {
  #box = find("#alert", HTMLElement);

  /**
   * @param {unknown} error
   * @returns {Problem | null} null when the user only changed their mind
   */
  show(error) {
    const problem = problemFrom(error);
    if (problem.code === "cancelled") {
      announce(text("working.cancelled"));
      return null;
    }
    this.#box.replaceChildren(...advice(problem));
    this.#box.hidden = false;
    return problem;
  }

  hide() {
    this.#box.hidden = true;
    this.#box.replaceChildren();
  }
}
