// @ts-check
/** What is said beside an answer of a face that is perhaps none. */

import { make } from "./dom.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Face} Face */

/**
 * About a face that people are searched for; Amazon tells nothing of it.
 * @param {Face} face
 */
export function hints({ coverage }) {
  return coverage?.human === false ? [text("not_human")] : [];
}

/** @param {string[]} said */
export const hintLine = (said) => (said.length ? [make("p", { class: "hint" }, said.join(" "))] : []);
