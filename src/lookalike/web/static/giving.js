// @ts-check
/**
 * How a file that was made here leaves the page: to other apps where the browser can, into the
 * folder of downloads, or by a long press on it, which is all that browsers inside other apps
 * (KakaoTalk, Instagram) let one.
 */

import { icon, make } from "./dom.js";
import { page, text } from "./texts.js";

/** @param {File} file */
export const sendable = (file) => navigator.canShare?.({ files: [file] }) ?? false;

/**
 * To another app, or kept where that cannot be.
 * @param {File} file
 * @param {string} words that go with it
 * @param {string} label what the file shows
 */
export async function sent(file, words, label) {
  const gone = sendable(file) && (await share({ files: [file], text: words }));
  if (!gone) await keep(file, label);
}

/**
 * @param {ShareData} data
 * @returns {Promise<boolean>} false where the browser cannot after all
 */
export async function share(data) {
  try {
    await navigator.share(data);
    return true;
  } catch (error) {
    // Closing the system's sheet is not a failure.
    return error instanceof DOMException && error.name === "AbortError";
  }
}

/**
 * @param {File} file
 * @param {string} label what it shows
 */
export async function keep(file, label) {
  if (page.app && file.type.startsWith("image/")) await showWhole(file, label);
  else download(file);
}

/** @param {File} file */
function download(file) {
  const url = URL.createObjectURL(file);
  make("a", { href: url, download: file.name }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * A picture all over the screen, to be pressed long. As an address that holds it whole: apps that
 * save a picture cannot reach what a page has in its memory.
 * @param {File} file
 * @param {string} label
 */
async function showWhole(file, label) {
  const image = make("img", { src: await dataAddress(file), alt: label });
  const close = make(
    "button",
    { type: "button", class: "button round", "aria-label": text("share.close") },
    icon("close"),
  );
  const words = make("p", {}, text("share.press"));
  const dialog = make("dialog", { class: "whole-card", "aria-label": label });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(make("div", { class: "whole-card-head" }, words, close), image);
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function dataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
