// @ts-check
/** The buttons by which a card leaves the page, and addresses that open others. */

import { icon, make } from "./dom.js";
import { keep, sendable, sent } from "./giving.js";
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
  const label = text("share.card");
  const send = button("share", "share.share", () => file && sent(file, said, label));
  const save = button("picture", "share.save", () => file && keep(file, label));
  const post = make(
    "a",
    { class: "button secondary", href: postAddress(said), target: "_blank", rel: "noopener" },
    text("share.post"),
  );
  /** @param {File | null} next */
  const offer = (next) => {
    file = next;
    const offered = file !== null && sendable(file);
    send.hidden = !offered;
    for (const each of [send, save]) each.disabled = file === null;
    save.classList.toggle("primary", !offered);
    save.classList.toggle("secondary", offered);
  };
  offer(null);
  return { element: make("div", { class: "share-ways" }, send, save, post), offer };
}

/** What X opens with a text in it, and an address. @param {string} said */
export function postAddress(said, url = new URL(`${page.root}/`, location.href).href) {
  return `https://x.com/intent/post?${new URLSearchParams({ text: said, url })}`;
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

/**
 * @param {string} sign
 * @param {string} key
 * @param {() => unknown} onclick
 */
function button(sign, key, onclick) {
  const attributes = { type: "button", class: "button primary", onclick };
  return make("button", attributes, icon(sign), make("span", {}, text(key)));
}
