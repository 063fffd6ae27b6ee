// @ts-check
/**
 * What was looked at in this visit. It lies in the tab's own memory, which a browser empties when the
 * tab is closed, and never leaves it.
 */

import { openPicture } from "./picture.js";

/** @typedef {import("./api.js").Lookalikes} Lookalikes */
/** @typedef {import("./api.js").Person} Person */
/** @typedef {import("./api.js").Question} Question */
/** @typedef {import("./picture.js").Picture} Picture */
/**
 * A result as it is kept: photos as base64.
 * @typedef {object} Kept
 * @property {string} id
 * @property {Lookalikes} answer
 * @property {string} photo
 * @property {string | null} reference
 * @property {string | null} person
 */
/**
 * Photos of one's own against each other, and what came of it.
 * @typedef {object} Comparison
 * @property {string} kind `matrix` or `family`
 * @property {any} answer
 * @property {Picture[]} pictures
 * @property {string[]} names
 */
/** @typedef {Pick<Person, "id" | "collection" | "name" | "portrait">} Seen */

const RESULT = "result-";
const ORDER = "results";
const PEOPLE = "people";
const COMPARISON = "comparison";
// So many results, newest first, and people; a tab has about 5 MB.
const MOST_RESULTS = 6;
const MOST_PEOPLE = 12;
// Pixels of a photo that is kept, and bytes up to which the file itself is.
const LONGEST = 1024;
const MOST_BYTES = 300_000;
// The same of each of several photos.
const LONGEST_OF_MANY = 640;
const MOST_BYTES_OF_MANY = 150_000;

/** @returns {string[]} ids of the results that are kept, the newest first */
export const results = () => read(ORDER) ?? [];

/** @returns {Seen[]} the last who was looked at first */
export const people = () => read(PEOPLE) ?? [];

/**
 * Keep a result, and let older ones go where there is no room.
 * @param {Lookalikes} answer
 * @param {Question} question
 * @returns {Promise<string | null>} its id; null where nothing can be kept
 */
export async function keep(answer, { photo, reference, person }) {
  const [own, other] = await Promise.all([written(photo), reference && written(reference)]);
  if (!own || (reference && !other)) return null;
  const id = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  /** @type {Kept} */
  const kept = { id, answer, photo: own, reference: other, person };
  let others = results().slice(0, MOST_RESULTS - 1);
  for (const old of results().slice(MOST_RESULTS - 1)) remove(RESULT + old);
  while (!write(RESULT + id, kept)) {
    const oldest = others.pop();
    if (oldest === undefined) return null;
    remove(RESULT + oldest);
  }
  write(ORDER, [id, ...others]);
  return id;
}

/**
 * Keep what was found among other people in place of a result.
 * @param {string | undefined} id
 * @param {Lookalikes} answer
 */
export function renew(id, answer) {
  /** @type {Kept | null} */
  const kept = id ? read(RESULT + id) : null;
  if (kept) write(RESULT + id, { ...kept, answer });
}

/**
 * @param {string} id
 * @returns {Promise<{ answer: Lookalikes, question: Question } | null>} null: it is not kept
 */
export async function open(id) {
  /** @type {Kept | null} */
  const kept = read(RESULT + id);
  if (!kept) return null;
  const { answer, photo, reference, person } = kept;
  const [own, other] = await Promise.all([opened(photo), reference ? opened(reference) : null]);
  return { answer, question: { photo: own, reference: other, person } };
}

/**
 * Keep the last comparison of photos.
 * @param {Comparison} comparison
 * @returns {Promise<boolean>} whether that was possible
 */
export async function keepComparison({ pictures, ...more }) {
  const photos = await Promise.all(
    pictures.map((each) => written(each, LONGEST_OF_MANY, MOST_BYTES_OF_MANY)),
  );
  return photos.every(Boolean) && write(COMPARISON, { ...more, photos });
}

/** @returns {Promise<Comparison | null>} */
export async function openComparison() {
  const kept = read(COMPARISON);
  if (!kept) return null;
  const { photos, ...more } = kept;
  return { ...more, pictures: await Promise.all(photos.map(opened)) };
}

/** @param {Seen} person whom the user has looked at */
export function saw({ id, collection, name, portrait }) {
  const others = people().filter((each) => each.id !== id);
  write(PEOPLE, [{ id, collection, name, portrait }, ...others].slice(0, MOST_PEOPLE));
}

/** Everything of this visit. */
export function forget() {
  for (const id of results()) remove(RESULT + id);
  for (const each of [ORDER, PEOPLE, COMPARISON]) remove(each);
}

/**
 * A photo as base64; null where this browser cannot write it small enough.
 * @param {Picture} picture
 * @param {number} [longest]
 * @param {number} [most] bytes up to which the file itself is kept
 */
async function written({ blob, image }, longest = LONGEST, most = MOST_BYTES) {
  let file = blob;
  if (blob.size > most) {
    if (!image) return null;
    const { drawn, encoded } = await import("./canvas.js");
    const smaller = await encoded(drawn(image, image.width, image.height, { longest }));
    if (!smaller) return null;
    file = smaller;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  // In pieces: a call takes only so many arguments.
  let letters = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    letters += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(letters);
}

/** @param {string} base64 */
function opened(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return openPicture(new Blob([bytes]));
}

/** @param {string} key */
function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null; // storage is switched off
  }
}

/**
 * @param {string} key
 * @param {unknown} value
 * @returns {boolean} whether there was room
 */
function write(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** @param {string} key */
function remove(key) {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // storage is switched off
  }
}
