// @ts-check
/** Sends a form and reports how much of it has left. `fetch` cannot tell, XMLHttpRequest can. */

import { Problem, problemOf } from "./problem.js";

const PATIENCE_MS = 120_000;

/** @typedef {{ onProgress?: (share: number) => void, signal?: AbortSignal }} Watch */

/**
 * @param {string} url
 * @param {FormData} form
 * @param {Watch} watch
 * @returns {Promise<any>} the JSON of the answer
 */
export function post(url, form, { onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw new Problem("cancelled");
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.upload.onload = () => onProgress?.(1);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300 && answer) resolve(answer);
      else reject(problemOf(request.status, answer));
    };
    request.onerror = () => reject(new Problem("network"));
    request.ontimeout = () => reject(new Problem("timeout"));
    request.onabort = () => reject(new Problem("cancelled"));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

/** @param {string} body something between the server and the page may have answered in HTML */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
