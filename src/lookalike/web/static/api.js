// @ts-check
/** The JSON API, as the page uses it. */

import { post } from "./upload.js";

/** @typedef {import("./texts.js").Name} Name */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box */
/** @typedef {"same-person" | "strong-look-alike" | "some-resemblance" | "no-strong-resemblance"} Verdict */
/**
 * @typedef {object} Score
 * @property {"lookalike" | "aws"} source whose it is; what it does not say is null
 * @property {number} similarity
 * @property {number | null} resemblance
 * @property {number | null} one_in
 * @property {Verdict | null} verdict
 * @property {boolean | null} extrapolated
 */
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
 * @property {Name} name
 * @property {Name} description
 * @property {string | null} born
 * @property {string | null} died
 * @property {string[]} groups
 * @property {{ kind: string, url: string }[]} links
 * @property {{ url: string, credit: Credit | null } | null} portrait
 */
/** @typedef {Person & { rank: number, score: Score }} RankedPerson */
/** @typedef {{ index: number, box: Box }} Face */
/** @typedef {Face & { people: RankedPerson[], references: Score[] }} RankedFace */
/** @typedef {{ width: number, height: number, format: string }} Photo */
/**
 * @typedef {object} Lookalikes
 * @property {Photo} photo
 * @property {RankedFace[]} faces
 * @property {{ photo: Photo, faces: Face[] }[]} references
 * @property {string | null} notice why a face has nobody
 */

/**
 * @param {Blob} photo
 * @param {Blob | null} reference
 * @param {import("./upload.js").Watch} watch
 * @returns {Promise<Lookalikes>}
 */
export function findLookalikes(photo, reference, watch) {
  const form = new FormData();
  // The name says nothing to the server, so the user's own file name stays here.
  form.append("photo", photo, "photo");
  if (reference) form.append("reference", reference, "reference");
  return post("api/v1/lookalikes", form, watch);
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
  const answer = await fetch(`api/v1/people/${encodeURIComponent(id)}`);
  /** @type {Person | null} */
  const person = answer.ok ? await answer.json() : null;
  return person?.portrait?.credit ?? null;
}
