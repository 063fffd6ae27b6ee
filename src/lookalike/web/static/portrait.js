// @ts-check
/** A person's tile: the monogram at once, the portrait over it once it has come, and its credit. */

import { creditOf, portraitMesh } from "./api.js";
import { make } from "./dom.js";
import { webLink } from "./links.js";
import { monogram } from "./monogram.js";
import { named, text } from "./texts.js";

/** @typedef {import("./api.js").Credit} Credit */
/** @typedef {import("./api.js").Person} Person */
/**
 * @typedef {object} PersonTile
 * @property {HTMLElement} tile
 * @property {HTMLElement | null} credit fills itself
 * @property {Promise<boolean>} aligned whether the portrait came with its face aligned
 * @property {Promise<import("./faces.js").Blendable | null>} blendable
 */

/**
 * @param {Person} person
 * @param {boolean} [aligned] whether its face is to lie where everybody's does
 * @returns {PersonTile}
 */
export function portrait(person, aligned = false) {
  const tile = make("div", { class: "tile" }, monogram(person));
  const none = Promise.resolve(null);
  if (!person.portrait) {
    return { tile, credit: null, aligned: Promise.resolve(false), blendable: none };
  }
  const credit = make("p", { class: "credit" });
  const { url, credit: known } = person.portrait;
  const label = text("portrait", { name: named(person.name).text });
  const image = make("img", { class: "tile-image tile-portrait", loading: "lazy", alt: label });
  const came = shown(image, aligned ? [`${url}?aligned=1`, url] : [url]).then((place) => {
    image.classList.toggle("is-loaded", place !== null);
    // A server that cannot align sends the portrait as it is, which is hardly ever square.
    return { came: place !== null, square: place === 0 && isSquare(image) };
  });
  const credited = came.then(async ({ came }) => {
    const stated = came ? (known ?? (await creditOf(person.id).catch(() => null))) : null;
    showCredit(credit, stated);
    return stated;
  });
  tile.append(image);
  return {
    tile,
    credit,
    aligned: came.then(({ square }) => aligned && square),
    blendable: Promise.all([came, credited]).then(([{ square }, stated]) => {
      // Of licences without derivatives, and of those that nobody knows, nothing new is made.
      if (!aligned || !square || !stated?.changeable) return null;
      const open = async () => ({ image, points: await portraitMesh(url) });
      return { open, credit: stated };
    }),
  };
}

/** @param {HTMLImageElement} image */
const isSquare = ({ naturalWidth, naturalHeight }) => naturalWidth === naturalHeight;

/**
 * Show the first address that has a picture; none takes the image away.
 * @param {HTMLImageElement} image
 * @param {string[]} urls
 * @returns {Promise<number | null>} which of them it was
 */
async function shown(image, urls) {
  for (const [place, url] of urls.entries()) {
    const loaded = new Promise((resolve) => {
      image.onload = () => resolve(true);
      image.onerror = () => resolve(false);
    });
    image.src = url;
    if (await loaded) return place;
  }
  image.remove();
  return null;
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
