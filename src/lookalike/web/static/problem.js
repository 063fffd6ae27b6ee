// @ts-check
/** What went wrong, and how to say it. */

import { page, text, texts } from "./texts.js";

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

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {Subject} [subject] the photo at fault
   * @param {string} [detail] what the server said, in English
   * @param {number} [number] which of several such photos, from 0
   */
  constructor(code, subject, detail = "", number) {
    super(detail || code);
    this.code = code;
    this.subject = subject;
    this.detail = detail;
    this.number = number;
  }
}

/**
 * @param {number} status of the answer
 * @param {{ type?: string, detail?: string, subject?: Subject, number?: number } | null} body
 */
export function problemOf(status, body) {
  const code = body?.type?.startsWith(TYPE) ? body.type.slice(TYPE.length) : codeOf(status);
  return new Problem(
    KNOWN_AS[code] ?? code,
    body?.subject ?? undefined,
    body?.detail,
    body?.number,
  );
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
    megabytes: Math.floor(page.maxBytes / 1024 / 1024),
  };
  const [title, advice] = texts(`problem.${problem.code}`, values) ??
    texts("problem.other", values) ?? ["", ""];
  const known = texts(`problem.${problem.code}`) !== null;
  return { title, advice: known ? advice : problem.detail || advice };
}

/** For answers that are not ours: a proxy's, say. @param {number} status */
function codeOf(status) {
  if (status === 413) return "image-too-large";
  return [429, 502, 503, 504].includes(status) ? "busy" : "internal";
}
