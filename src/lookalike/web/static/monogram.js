// @ts-check
/** A coloured tile with a person's initials, for when there is no portrait; `pages/monogram.py`
 * does the same for what the server draws, and says why. */

import { make } from "./dom.js";
import { named } from "./texts.js";

/** @typedef {import("./api.js").Person} Person */

const HUES = 24;
const HANGUL = /^[\uac00-\ud7a3]+$/;
const FAMILY_NAMES =
  "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설" +
  "마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부태목형피두음빈동호범좌팽승간라온";
const DOUBLE_NAMES = /^(남궁|황보|제갈|선우|독고|사공)/;
const AFTER = /^(\d+세|주니어|시니어|대왕|Jr\.?|Sr\.?|[IVX]+)$/i;
const BEFORE = ["다", "드", "데", "델", "디", "달라이", "da", "de", "del", "di", "van", "von"];
const [LONGEST, LONGEST_LATIN] = [8, 12];
const NARROW = 0.65;

/** @param {Person} person */
export function monogram(person) {
  const name = named(person.name);
  const letters = initials(name.text, person.name.en ?? "", person.country ?? null);
  const tile = make(
    "span",
    { class: `monogram hue-${hueOf(person.id)}`, "aria-hidden": "true", lang: name.language },
    letters,
  );
  tile.dataset.letters = String(widthOf(letters));
  return tile;
}

/**
 * 송강호 -> 강호, 아이유 -> 아이유, 버락 오바마 -> 오바마, Barack Obama -> BO, G-Dragon -> GD
 * @param {string} name
 * @param {string} [latin]
 * @param {string | null} [country]
 */
export function initials(name, latin = "", country = null) {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (!last) return "";
  if (!HANGUL.test(last)) return ofLatin(words);
  return ofHangul(words, (country ?? "KR") === "KR" && wordsOf(latin).length === 2);
}

/** @param {string} name */
function wordsOf(name) {
  const words = name.split(/[\s·]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const stay = words.filter((word) => !AFTER.test(word));
  return stay.length ? stay : words;
}

/**
 * @param {string[]} words
 * @param {boolean} korean whether a name of one word may be family and given name
 */
function ofHangul(words, korean) {
  const last = words[words.length - 1];
  const before = words[words.length - 2];
  if (before === undefined) return korean ? given(last) : fitting(last);
  const joining = BEFORE.includes(before) || /^\d+$/.test(before) || last.length === 1;
  return joining && (before + last).length <= LONGEST ? before + last : fitting(last);
}

/** @param {string} name */
function given(name) {
  const double = DOUBLE_NAMES.test(name);
  const own = name.slice(double ? 2 : 1);
  const known = double || FAMILY_NAMES.includes(name[0]);
  return known && (own.length === 2 || own.length === 3) ? own : fitting(name);
}

/** @param {string} word */
const fitting = (word) => (word.length <= LONGEST ? word : word.slice(0, 2));

/** @param {string[]} words */
function ofLatin(words) {
  const [word] = words;
  if (words.length === 1) {
    const parts = word.split("-").filter(Boolean);
    if (parts.length > 1) return capitals(parts[0], parts[parts.length - 1]);
    return word.length <= LONGEST_LATIN ? word : word.slice(0, 2);
  }
  const bearing = words.filter((each) => !BEFORE.includes(each.toLowerCase()));
  const stay = bearing.length ? bearing : words;
  return capitals(stay[0], ...stay.slice(1).slice(-1));
}

/** @param {string[]} words */
const capitals = (...words) => words.map((word) => [...word][0].toUpperCase()).join("");

/** Of letters, in letters of Hangul: by it they are as large as fits. @param {string} letters */
function widthOf(letters) {
  const widths = [...letters].map((letter) => (HANGUL.test(letter) ? 1 : NARROW));
  return Math.ceil(widths.reduce((sum, width) => sum + width, 0));
}

/** The same colour for the same person every time (FNV-1a). @param {string} id */
function hueOf(id) {
  let hash = 0x811c9dc5;
  for (const letter of id) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return (hash >>> 0) % HUES;
}
