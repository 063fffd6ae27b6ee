// @ts-check
/** The JSON API, as the page uses it. */

import { page } from "./texts.js";
import { post } from "./upload.js";

/** @typedef {import("./texts.js").Name} Name */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** @typedef {"same-person" | "possibly-same-person" | "too-little-to-tell" | "strong-look-alike" | "some-resemblance" | "no-strong-resemblance"} Verdict */
/**
 * @typedef {object} OwnScore
 * @property {number} similarity
 * @property {number} resemblance
 * @property {number} one_in
 * @property {Verdict} verdict
 * @property {boolean} extrapolated
 * @property {null} aws
 */
/**
 * Amazon's, on a scale of its own; what it does not tell is null.
 * @typedef {object} AwsScore
 * @property {{ measure: "MatchConfidence" | "Similarity", value: number }} aws
 */
/** @typedef {OwnScore | AwsScore} Score */
/**
 * @typedef {object} Credit
 * @property {string | null} author
 * @property {string | null} licence
 * @property {string | null} licence_url
 * @property {string | null} source_url
 */
/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} collection
 * @property {Name} name
 * @property {Name} description
 * @property {string | null} born
 * @property {string | null} died
 * @property {string[]} groups
 * @property {{ kind: string, url: string }[]} links
 * @property {{ url: string, credit: Credit | null } | null} portrait
 */
/** @typedef {Person & { rank: number, score: Score }} RankedPerson */
/** @typedef {{ x: number, y: number }} Point */
/** @typedef {Record<"left_eye" | "right_eye" | "nose" | "mouth_left" | "mouth_right", Point>} Landmarks */
/** @typedef {{ index: number, box: Box, landmarks: Landmarks }} Face */
/** @typedef {Face & { people: RankedPerson[], references: Score[] }} RankedFace */
/** @typedef {{ width: number, height: number, format: string }} Photo */
/**
 * @typedef {object} Lookalikes
 * @property {Photo} photo
 * @property {RankedFace[]} faces
 * @property {{ photo: Photo, faces: Face[] }[]} references
 * @property {string | null} notice why a face has nobody, in English
 * @property {Record<string, number>} aws_calls that Amazon answered for it
 */

/**
 * @typedef {object} Explanation
 * @property {{ name: string, weight: number }[]} regions the weightiest first, together 1
 * @property {{ size: number, rows: number, columns: number, values: number[][] }} grid over the aligned crop
 */
/** @typedef {{ gender?: string, group?: string, collection?: string }} Filters empty: everybody */

/** @param {string} path below the API's root */
export const at = (path) => `${page.root}/api/v1/${path}`;

/**
 * A form of photos and facts. The user's own file names stay here: they say nothing to the server.
 * @param {[string, Blob | string | number | boolean | null | undefined][]} fields empty ones are left out
 */
export function formOf(fields) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (value instanceof Blob) form.append(name, value, "photo");
    else if (value !== null && value !== undefined && value !== "")
      form.append(name, String(value));
  }
  return form;
}

/**
 * @param {Blob} photo
 * @param {Blob | null} reference
 * @param {Filters} filters
 * @param {import("./upload.js").Watch} watch
 * @returns {Promise<Lookalikes>}
 */
export function findLookalikes(photo, reference, filters, watch) {
  const form = formOf([["photo", photo], ["reference", reference], ...Object.entries(filters)]);
  return post(at("lookalikes"), form, watch);
}

/**
 * Which places of a face carry its likeness to a person, or to the face of another photo.
 * @param {Blob} photo
 * @param {number} face
 * @param {{ person: string, collection: string } | { reference: Blob }} other
 * @returns {Promise<Explanation>}
 */
export function explainLikeness(photo, face, other) {
  const form = formOf([["photo", photo], ["face", face], ...Object.entries(other)]);
  return post(at("explain"), form);
}

/** @type {Map<string, Promise<Credit | null>>} */
const credits = new Map();

/**
 * The credit of a portrait that the server has fetched by now.
 * @param {string} id
 * @returns {Promise<Credit | null>}
 */
export function creditOf(id) {
  const known = credits.get(id) ?? fetchCredit(id);
  credits.set(id, known);
  return known;
}

/** @param {string} id */
async function fetchCredit(id) {
  const answer = await fetch(at(`people/${encodeURIComponent(id)}`));
  /** @type {Person | null} */
  const person = answer.ok ? await answer.json() : null;
  return person?.portrait?.credit ?? null;
}
