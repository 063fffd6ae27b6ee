// @ts-check
/**
 * How a card leaves the page: to other apps where the browser can, into the folder of downloads, or
 * by a long press on it, which is all that browsers inside other apps (KakaoTalk, Instagram) let one.
 */

import { icon, make } from "./dom.js";
import { page, text } from "./texts.js";

/**
 * @typedef {object} Sending
 * @property {HTMLElement} element
 * @property {(file: File | null) => void} offer null while there is none
 */

/**
 * @param {string} said goes with the card
 * @returns {Sending}
 */
export function sendButtons(said) {
  /** @type {File | null} */
  let file = null;
  const send = button("share", "share.share", async () => {
    if (file && !(await share({ files: [file], text: said }))) await keep(file);
  });
  const save = button("picture", "share.save", () => file && keep(file));
  const post = make(
    "a",
    { class: "button secondary", href: postAddress(said), target: "_blank", rel: "noopener" },
    text("share.post"),
  );
  /** @param {File | null} next */
  const offer = (next) => {
    file = next;
    const sendable = file !== null && canSend(file);
    send.hidden = !sendable;
    for (const each of [send, save]) each.disabled = file === null;
    save.classList.toggle("primary", !sendable);
    save.classList.toggle("secondary", sendable);
  };
  offer(null);
  return { element: make("div", { class: "share-ways" }, send, save, post), offer };
}

/** What X opens with a text in it, and an address. @param {string} said */
export function postAddress(said, url = new URL(`${page.root}/`, location.href).href) {
  return `https://x.com/intent/post?${new URLSearchParams({ text: said, url })}`;
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
 * An address that opens another one in the phone's own browser; null in a browser of its own, and
 * where only the app's menu can.
 * @param {string} url
 */
export function wayOut(url) {
  if (!page.app?.way) return null;
  const { protocol } = new URL(url);
  return page.app.way
    .replace("{encoded}", encodeURIComponent(url))
    .replace("{scheme}", protocol.slice(0, -1))
    .replace("{rest}", url.slice(protocol.length + 2));
}

/** @param {File} file */
const canSend = (file) => navigator.canShare?.({ files: [file] }) ?? false;

/** @param {File} file */
async function keep(file) {
  if (page.app) await showWhole(file);
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
 * The card all over the screen, to be pressed long. As an address that holds it whole: apps that
 * save a picture cannot reach what a page has in its memory.
 * @param {File} file
 */
async function showWhole(file) {
  const image = make("img", { src: await dataAddress(file), alt: text("share.card") });
  const close = make(
    "button",
    { type: "button", class: "button round", "aria-label": text("share.close") },
    icon("close"),
  );
  const words = make("p", {}, text("share.press"));
  const dialog = make("dialog", { class: "whole-card", "aria-label": text("share.card") });
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

/**
 * @param {string} sign
 * @param {string} key
 * @param {() => unknown} onclick
 */
function button(sign, key, onclick) {
  const attributes = { type: "button", class: "button primary", onclick };
  return make("button", attributes, icon(sign), make("span", {}, text(key)));
}
