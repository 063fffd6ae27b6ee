// @ts-check
/** The texts and facts that the server put into the page. */

/** @typedef {"ko" | "en"} Language */
/** @typedef {{ ko: string | null, en: string | null }} Name */
/**
 * What the server takes.
 * @typedef {object} Limits
 * @property {number} bytes of a photo
 * @property {number} together bytes of all photos of a form
 * @property {number} side pixels
 * @property {Record<string, number>} pixels by the photo's format
 */

/**
 * The app that the page is opened inside of.
 * @typedef {object} App
 * @property {string} name
 * @property {string | null} way what opens an address in the phone's own browser, with places for it
 */

const block = document.getElementById("page-data");
/** @type {{ language: Language, root: string, texts: object, people: number, limits: Limits, app: App | null, hosts?: string[] }} */
export const page = JSON.parse(block?.textContent ?? "{}");

const numbers = new Intl.NumberFormat(page.language);

/**
 * The text at a dotted key, with `{name}` replaced by its value.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function text(key, values = {}) {
  return fill(String(lookUp(key) ?? key), values);
}

/**
 * The list of texts at a dotted key; null when there is none.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string[] | null}
 */
export function texts(key, values = {}) {
  const found = lookUp(key);
  return Array.isArray(found) ? found.map((each) => fill(each, values)) : null;
}

/** @param {number} value */
export const number = (value) => numbers.format(value);

const suffixes = { one: "st", two: "nd", few: "rd", many: "th", other: "th", zero: "th" };
const places = new Intl.PluralRules("en", { type: "ordinal" });

/** A place in a row: 8, as Koreans count "8번째"; "8th". @param {number} place */
export const ordinal = (place) =>
  page.language === "ko" ? String(place) : `${place}${suffixes[places.select(place)]}`;

/**
 * A number of people to two digits. Koreans count in tens of thousands: 630, 2.3만, 10만.
 * @param {number} value
 */
export function about(value) {
  const rounded = Number(value.toPrecision(2));
  if (page.language !== "ko" || rounded < 10_000) return numbers.format(rounded);
  return `${numbers.format(rounded / 10_000)}만 `;
}

/**
 * A name in the page's language first; `other` is the one in the other language, if it differs.
 * @param {Name} name
 * @returns {{ text: string, language: Language, other: string | null, otherLanguage: Language }}
 */
export function named(name) {
  const otherLanguage = page.language === "ko" ? "en" : "ko";
  const [own, other] = [name[page.language], name[otherLanguage]];
  if (!own) return { text: other ?? "", language: otherLanguage, other: null, otherLanguage };
  return { text: own, language: page.language, other: other === own ? null : other, otherLanguage };
}

/**
 * Whatever is at a dotted key.
 * @param {string} key
 * @returns {any}
 */
export function lookUp(key) {
  /** @type {any} */
  let found = page.texts;
  for (const part of key.split(".")) found = found?.[part];
  return found;
}

/**
 * @param {string} template
 * @param {Record<string, string | number>} values
 */
function fill(template, values) {
  const filled = template.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  return withParticles(filled);
}

/**
 * 눈(이/가) -> 눈이, 코(이/가) -> 코가: a Korean particle follows the sound before it.
 * @param {string} sentence
 */
function withParticles(sentence) {
  return sentence.replace(/(.)\((.+?)\/(.+?)\)/gu, (_, last, closed, open) => {
    const code = last.charCodeAt(0) - 0xac00;
    const hangul = code >= 0 && code < 11_172;
    return last + (hangul && code % 28 ? closed : open);
  });
}
