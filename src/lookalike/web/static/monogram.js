// @ts-check
/** A coloured tile with a person's initials, for when there is no portrait; `pages/monogram.py`
 * does the same for what the server draws. */

import { make } from "./dom.js";
import { named } from "./texts.js";

/** @typedef {import("./api.js").Person} Person */

const HUES = 24;
const HANGUL = /^[\uac00-\ud7a3]+$/;

/** @param {Person} person */
export function monogram(person) {
  const name = named(person.name);
  const letters = initials(name.text);
  const tile = make(
    "span",
    { class: `monogram hue-${hueOf(person.id)}`, "aria-hidden": "true", lang: name.language },
    letters,
  );
  tile.dataset.letters = String([...letters].length);
  return tile;
}

/**
 * 송강호 -> 강호, 버락 오바마 -> 오바마, Barack Obama -> BO, G-Dragon -> GD, RM -> RM
 * @param {string} name
 */
export function initials(name) {
  const spaced = lettered(name.split(/[\s·]+/));
  const words = spaced.length > 1 ? spaced : lettered(name.split("-"));
  const last = words.at(-1) ?? "";
  if (HANGUL.test(last)) return hangul(last, words.length > 1);
  if (words.length < 2) return last.length <= 3 ? last : last.slice(0, 1).toUpperCase();
  return [words[0], last].map((word) => [...word][0].toUpperCase()).join("");
}

/** @param {string[]} words */
const lettered = (words) => words.filter((word) => /[\p{L}\p{N}]/u.test(word));

/**
 * Koreans are called by their given name, foreigners by their family name.
 * @param {string} word
 * @param {boolean} foreign
 */
function hangul(word, foreign) {
  if (!foreign) return word.slice(-2);
  return word.length <= 3 ? word : word.slice(0, 2);
}

/** The same colour for the same person every time (FNV-1a). @param {string} id */
function hueOf(id) {
  let hash = 0x811c9dc5;
  for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return (hash >>> 0) % HUES;
}
