// @ts-check
/** What is said beside an answer of faces that show little, or are perhaps none. */

import { make } from "./dom.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Face} Face */

/**
 * About a face that people are searched for; of those that Amazon saw nothing is known.
 * @param {Face} face
 */
export function hints(face) {
  return face.coverage?.human === false ? [text("hint.not_human")] : hindered(face);
}

/**
 * About two faces of which too little shows to tell; `faces` is empty where they are not known.
 * @param {import("./api.js").Score} score
 * @param {...Face} faces
 */
export function unsure(score, ...faces) {
  if (score.aws || score.verdict !== "too-little-to-tell") return null;
  return hintLine(faces.length ? hindered(...faces) : [text("hint.any")]);
}

/** @param {string[]} said */
export function hintLine(said) {
  return said.length ? make("p", { class: "hint" }, said.join(" ")) : null;
}

/**
 * What photos would tell more.
 * @param {...Face} faces
 */
function hindered(...faces) {
  const all = faces.flatMap(({ coverage }) => coverage?.hindrances ?? []);
  return [...new Set(all)].map((each) => text(`hint.${each}`));
}
