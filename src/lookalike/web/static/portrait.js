// @ts-check
/** A person's tile: the monogram at once, the portrait over it once it has come, and its credit. */

import { creditOf } from "./api.js";
import { make } from "./dom.js";
import { webLink } from "./links.js";
import { monogram } from "./monogram.js";
import { named, text } from "./texts.js";

/** @typedef {import("./api.js").Credit} Credit */
/** @typedef {import("./api.js").Person} Person */

/**
 * @param {Person} person
 * @returns {{ tile: HTMLElement, credit: HTMLElement | null }} the credit fills itself
 */
export function portrait(person) {
  const label = text("portrait", { name: named(person.name).text });
  const tile = make("div", { class: "tile" }, monogram(person));
  if (!person.portrait) return { tile, credit: null };
  const credit = make("p", { class: "credit" });
  const { url, credit: known } = person.portrait;
  const image = make("img", { class: "tile-image tile-portrait", loading: "lazy", alt: label });
  image.addEventListener("error", () => image.remove());
  image.addEventListener("load", async () => {
    image.classList.add("is-loaded");
    showCredit(credit, known ?? (await creditOf(person.id).catch(() => null)));
  });
  image.src = url;
  tile.append(image);
  return { tile, credit };
}

/**
 * @param {HTMLElement} element
 * @param {Credit | null} credit
 */
function showCredit(element, credit) {
  if (!credit) return;
  const author = credit.author ?? text("credit.unknown");
  const parts = [
    `${text("credit.photo")}: ${author}`,
    credit.licence && (webLink(credit.licence_url, credit.licence) ?? credit.licence),
    webLink(credit.source_url, text("credit.source")),
  ];
  for (const part of parts) {
    if (part) element.append(element.hasChildNodes() ? " · " : "", part);
  }
}
