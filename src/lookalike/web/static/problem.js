// @ts-check
/** What went wrong, and how to say it. */

import { number, page, text, texts } from "./texts.js";

// What pixels are counted in: 만 화소 and megapixels.
const PIXELS = { ko: 10_000, en: 1_000_000 };
const TYPE = "urn:lookalike:problem:";

// What the server says -> as what we know it. The first two come from one without the operation.
/** @type {Record<string, string>} */
const KNOWN_AS = {
  "not-found": "not-offered",
  "method-not-allowed": "not-offered",
  unauthorised: "not-allowed",
  forbidden: "not-allowed",
};

/** @typedef {"photo" | "reference" | "child" | "parent"} Subject */
/** @typedef {{ id: string, name: string, similarity: number }} KnownPerson */
/**
 * What goes with a problem.
 * @typedef {object} More
 * @property {number} [number] which of several such photos, from 0
 * @property {KnownPerson[] | null} [people] who is there with another face
 */

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {Subject} [subject] the photo at fault
   * @param {string} [detail] what the server said, in English
   * @param {More} [more]
   */
  constructor(code, subject, detail = "", { number, people } = {}) {
    super(detail || code);
    this.code = code;
    this.subject = subject;
    this.detail = detail;
    this.number = number;
    this.people = people ?? [];
  }
}

/**
 * What an answer says went wrong, ours or somebody's between us.
 * @param {XMLHttpRequest} request
 */
export async function problemOf({ status, response }) {
  /** @type {More & { type?: string, detail?: string, subject?: Subject } | null} */
  const body = await response
    .text()
    .then(JSON.parse)
    .catch(() => null);
  if (!body?.type?.startsWith(TYPE))
    return new Problem(codeOf(status), undefined, `HTTP ${status}`);
  const code = body.type.slice(TYPE.length);
  return new Problem(KNOWN_AS[code] ?? code, body.subject ?? undefined, body.detail, body);
}

/**
 * A sentence for what went wrong, and one for what to do.
 * @param {Problem} problem
 * @returns {{ title: string, advice: string }}
 */
export function explain(problem) {
  const subject = text(`problem.subject.${problem.subject ?? "photo"}`);
  const values = {
    subject,
    Subject: subject.charAt(0).toUpperCase() + subject.slice(1),
    answer: problem.detail,
    megabytes: Math.floor(page.limits.bytes / 1024 / 1024),
    most: number(Math.floor(page.limits.pixels.JPEG / PIXELS[page.language])),
    fewer: number(Math.floor(page.limits.pixels.PNG / PIXELS[page.language])),
    side: number(page.limits.side),
  };
  const [title, advice] = texts(`problem.${problem.code}`, values) ??
    texts("problem.other", values) ?? ["", ""];
  const known = texts(`problem.${problem.code}`) !== null;
  return { title, advice: known ? advice : problem.detail || advice };
}

/** For answers that are not ours: a proxy's, say. @param {number} status */
function codeOf(status) {
  if (status === 413) return "proxy-too-large";
  if (status === 429 || status === 503) return "busy";
  return status === 500 ? "internal" : "proxy";
}
