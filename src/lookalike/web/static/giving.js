// @ts-check
/** A file that was made here, to another app where the browser can, else to the folder of downloads. */

import { make } from "./dom.js";

/** @param {File} file */
export const sendable = (file) => navigator.canShare?.({ files: [file] }) ?? false;

/**
 * @param {File} file
 * @param {string} words that go with it
 */
export async function sent(file, words) {
  if (!sendable(file)) {
    const url = URL.createObjectURL(file);
    make("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return;
  }
  try {
    await navigator.share({ files: [file], text: words });
  } catch (error) {
    // Closing the system's sheet is not a failure.
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  }
}
