// @ts-check
/** The JSON API, as the page uses it. */

import { Problem } from "./problem.js";
import { page } from "./texts.js";
import { ask, picturesOf, post } from "./upload.js";

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {import("./texts.js").Name} Name */
/** @typedef {import("./upload.js").Field} Field */
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
 * @property {boolean} changeable whether something new may be made of the portrait
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
 * @property {Name[]} group_names
 * @property {{ kind: string, url: string }[]} links
 * @property {{ url: string, credit: Credit | null } | null} portrait
 */
/** @typedef {Person & { rank: number, score: Score }} RankedPerson */
/** @typedef {{ x: number, y: number }} Point */
/** @typedef {Record<"left_eye" | "right_eye" | "nose" | "mouth_left" | "mouth_right", Point>} Landmarks */
/** @typedef {{ human: boolean, hindrances: ("sunglasses" | "mask" | "covered" | "tiny" | "blurred")[] }} Coverage */
/** @typedef {{ index: number, box: Box, landmarks: Landmarks, coverage: Coverage | null, mesh: [number, number][] | null }} Face */
/** @typedef {Person & { score: Score }} ComparedPerson */
/** @typedef {{ share: number }} Standing of strangers whose best match among the same people is weaker, 0 to 1 */
/**
 * @typedef {object} Ranking
 * @property {RankedPerson[]} people
 * @property {Score[]} references
 * @property {ComparedPerson | null} person whom the user asked for
 * @property {"identity" | "look"} order
 * @property {Standing | null} standing
 */
/** @typedef {Face & Ranking} RankedFace */
/** @typedef {{ width: number, height: number, format: string }} Photo */
/**
 * @typedef {object} Lookalikes
 * @property {Photo} photo
 * @property {RankedFace[]} faces
 * @property {{ photo: Photo, faces: Face[] }[]} references
 * @property {string | null} notice why a face has nobody, in English
 * @property {Record<string, number>} aws_calls that Amazon answered for it
 * @property {Filters} filters that it was asked with
 * @property {string | null} sealed the faces, to look again without the photo
 */

/**
 * @typedef {object} Explanation
 * @property {{ name: string, weight: number }[]} regions the weightiest first, together 1
 * @property {{ size: number, rows: number, columns: number, values: number[][] }} grid over the aligned crop
 */
/** @typedef {{ [name: string]: string }} Filters gender, origin, field, group, living, collection; empty: everybody */

/** @param {string} path below the API's root */
export const at = (path) => `${page.root}/api/v1/${path}`;

/**
 * What is asked of the people of the gallery.
 * @typedef {object} Question
 * @property {Picture} photo
 * @property {Picture | null} reference to be compared with too
 * @property {string | null} person whose id is, to be compared with too
 */

/**
 * @param {Question} question
 * @param {Filters} filters
 * @param {import("./upload.js").Watch} watch
 * @returns {Promise<Lookalikes>}
 */
export async function findLookalikes({ photo, reference, person }, filters, watch) {
  /** @type {Field[]} */
  const asked = [
    ["photo", photo],
    ["reference", reference],
    ["person", person],
    ["order", "look"],
    ["sealed", true],
    ["mesh", true],
  ];
  const answer = await look("lookalikes", [...asked, ...Object.entries(filters)], watch);
  return { ...answer, filters };
}

/**
 * The same faces among other people, without sending the photo again where that can be.
 * @param {Lookalikes} answer
 * @param {Filters} filters
 * @param {() => Promise<Lookalikes>} otherwise sends it
 * @param {AbortSignal} signal
 * @returns {Promise<Lookalikes>}
 */
export async function findAgain(answer, filters, otherwise, signal) {
  if (!answer.sealed) return otherwise();
  try {
    const fields = /** @type {Field[]} */ ([["sealed", answer.sealed], ...Object.entries(filters)]);
    const { faces } = await post(at("lookalikes/again"), fields, { signal });
    const ranked = answer.faces.map((face, place) => ({ ...face, ...faces[place] }));
    return { ...answer, filters, faces: ranked };
  } catch (error) {
    // It holds for an hour, and for as long as the server runs.
    if (!(error instanceof Problem && error.code === "seal-expired")) throw error;
    const fresh = await otherwise();
    answer.sealed = fresh.sealed;
    return fresh;
  }
}

/**
 * Have photos looked at; those that this browser cannot show come back as pixels.
 * @param {string} path below the API's root
 * @param {Field[]} fields
 * @param {import("./upload.js").Watch} watch
 * @returns {Promise<any>} the JSON of the answer
 */
export async function look(path, fields, watch) {
  const answer = await post(at(path), fields, watch);
  await Promise.all(picturesOf(fields).map((picture) => reveal(picture, watch.signal)));
  return answer;
}

/**
 * Without it a photo is only a sign of one, as before.
 * @param {Picture} picture
 * @param {AbortSignal} [signal]
 */
async function reveal(picture, signal) {
  if (picture.image) return;
  try {
    const shown = await ask(at("picture"), [["photo", picture]], { signal });
    const { drawn } = await import("./canvas.js");
    const bitmap = await createImageBitmap(shown);
    picture.image = drawn(bitmap, bitmap.width, bitmap.height);
    picture.url ??= URL.createObjectURL(shown);
  } catch (error) {
    console.info("The photo stays unseen:", error);
  }
}

/**
 * Which places of a face carry its likeness to a person, or to the face of another photo.
 * @param {Picture} photo
 * @param {number} face
 * @param {{ person: string, collection: string } | { reference: Picture }} other
 * @returns {Promise<Explanation>}
 */
export function explainLikeness(photo, face, other) {
  /** @type {Field[]} */
  const fields = [
    ["photo", photo],
    ["face", face],
  ];
  return post(at("explain"), [...fields, ...Object.entries(other)]);
}

/**
 * Where the face is in the square picture of somebody's portrait, in sides of it.
 * @param {string} portrait its address
 * @returns {Promise<[number, number][]>}
 */
export async function portraitMesh(portrait) {
  const answer = await fetch(`${portrait}/mesh`);
  if (!answer.ok) throw new Problem("not-offered");
  /** @type {{ side: number, points: [number, number][] }} */
  const { side, points } = await answer.json();
  return points.map(([x, y]) => [x / side, y / side]);
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
