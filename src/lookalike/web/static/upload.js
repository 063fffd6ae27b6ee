// @ts-check
/**
 * Sends a form of photos and facts, smaller ones where something refuses their size, and reports how
 * much of it has left. `fetch` cannot tell, XMLHttpRequest can.
 */

import { shrink } from "./picture.js";
import { Problem, problemOf } from "./problem.js";
import { page } from "./texts.js";

const PATIENCE_MS = 120_000;
// What a proxy lets through that nobody has set up for photos: nginx 1 MiB, with the form around.
const PROXY_BYTES = 1_000_000;

/** @typedef {import("./picture.js").Picture} Picture */
/** @typedef {[string, Picture | string | number | boolean | null | undefined]} Field */
/** @typedef {{ onProgress?: (share: number) => void, signal?: AbortSignal }} Watch */
/** @typedef {Watch & { method?: string, headers?: Record<string, string> }} Options */

/**
 * @param {string} url
 * @param {Field[]} fields empty ones are left out
 * @param {Options} options
 * @returns {Promise<any>} the JSON of the answer
 */
export async function post(url, fields, options = {}) {
  return JSON.parse(await (await ask(url, fields, options)).text());
}

/**
 * @param {string} url
 * @param {Field[]} fields
 * @param {Options} options
 * @returns {Promise<Blob>} what was answered
 */
export async function ask(url, fields, options = {}) {
  await shrunk(fields, page.limits.together);
  try {
    return await send(url, formOf(fields), options);
  } catch (error) {
    const refused = error instanceof Problem && error.code === "proxy-too-large";
    const most = Math.min(PROXY_BYTES, sizeOf(fields) / 2);
    if (!refused || !(await shrunk(fields, most))) throw error;
    return send(url, formOf(fields), options);
  }
}

/**
 * Give each photo its part of so many bytes.
 * @param {Field[]} fields
 * @param {number} most
 * @returns {Promise<boolean>} whether any is smaller now
 */
async function shrunk(fields, most) {
  if (sizeOf(fields) <= most) return false;
  const pictures = picturesOf(fields);
  const smaller = pictures.map((picture) => shrink(picture, most / pictures.length));
  return (await Promise.all(smaller)).includes(true);
}

/** @param {Field[]} fields */
export const picturesOf = (fields) => fields.flatMap(([, value]) => (isPicture(value) ? [value] : []));

/** Of the photos, in bytes. @param {Field[]} fields */
const sizeOf = (fields) => picturesOf(fields).reduce((sum, { blob }) => sum + blob.size, 0);

/**
 * The user's own file names stay here: they say nothing to the server.
 * @param {Field[]} fields
 */
function formOf(fields) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (isPicture(value)) form.append(name, value.blob, "photo");
    else if (value !== null && value !== undefined && value !== "")
      form.append(name, String(value));
  }
  return form;
}

/**
 * @param {Field[1]} value
 * @returns {value is Picture}
 */
const isPicture = (value) => typeof value === "object" && value !== null;

/**
 * @param {string} url
 * @param {FormData | Blob | string | null} body
 * @param {Options} options
 * @returns {Promise<Blob>} what was answered
 */
export function send(url, body, { onProgress, signal, method = "POST", headers = {} }) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw new Problem("cancelled");
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "blob";
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.upload.onload = () => onProgress?.(1);
    request.onload = () => {
      if (isOurs(request)) resolve(request.response);
      else problemOf(request).then(reject);
    };
    request.onerror = () => reject(new Problem("network"));
    request.ontimeout = () => reject(new Problem("timeout"));
    request.onabort = () => reject(new Problem("cancelled"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

/** A page is no answer of ours: something between here and the server sent it. */
function isOurs(/** @type {XMLHttpRequest} */ { status, response }) {
  return status === 204 || (status < 300 && /^(application\/json|image\/jpeg)/.test(response.type));
}
