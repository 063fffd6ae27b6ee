// @ts-check
/** What went wrong, and how to say it. */

import { page, text, texts } from "./texts.js";

const TYPE = "urn:lookalike:problem:";

/** @typedef {"photo" | "reference"} Subject */

export class Problem extends Error {
  /**
   * @param {string} code
   * @param {Subject} [subject] the photo at fault
   * @param {string} [detail] what the server said, in English
   */
  constructor(code, subject, detail = "") {
    super(detail || code);
    this.code = code;
    this.subject = subject;
    this.detail = detail;
  }
}

/**
 * @param {number} status of the answer
 * @param {{ type?: string, detail?: string, subject?: Subject } | null} body
 */
export function problemOf(status, body) {
  const code = body?.type?.startsWith(TYPE) ? body.type.slice(TYPE.length) : codeOf(status);
  return new Problem(code, body?.subject ?? undefined, body?.detail);
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
