// @ts-check
/** Faces of a photo: cut out, framed on the photo, and chosen. */

import { alignedFace, alignedPoints } from "./aligned.js";
import { icon, make } from "./dom.js";
import { text } from "./texts.js";

/** @typedef {import("./api.js").Face} Face */
/** @typedef {import("./api.js").Photo} Photo */
/** @typedef {import("./picture.js").Picture} Picture */
/**
 * What of a face another can be blended with; `open` may have to ask for it.
 * @typedef {object} Blendable
 * @property {() => Promise<import("./blend.js").Square>} open
 * @property {import("./api.js").Credit | null} credit of whoever took the picture; null: the user's
 */
/** @typedef {{ tile: HTMLElement, aligned: boolean, blendable: Blendable | null }} FaceTile */

/**
 * A face as a square tile; a plain one when the browser could not decode the photo.
 * @param {Picture} picture
 * @param {Photo} photo what the landmarks refer to
 * @param {Face} face
 * @param {string} label
 * @param {number} [side] in pixels
 * @returns {FaceTile}
 */
export function alignedTile(picture, photo, face, label, side) {
  const canvas = alignedFace(picture, photo, face.landmarks, side);
  if (!canvas) {
    const plain = { class: "tile tile-plain", role: "img", "aria-label": label };
    return { tile: make("div", plain, icon("person")), aligned: false, blendable: null };
  }
  canvas.className = "tile-image";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const tile = make("div", { class: "tile" }, canvas);
  const { mesh, landmarks } = face;
  if (!mesh) return { tile, aligned: true, blendable: null };
  const open = async () => ({ image: canvas, points: alignedPoints(landmarks, mesh) });
  return { tile, aligned: true, blendable: { open, credit: null } };
}

/**
 * The photo with a frame on every face.
 * @param {Picture} picture
 * @param {Photo} photo
 * @param {Face[]} faces
 * @param {(index: number) => void} choose
 */
export function framedPhoto(picture, photo, faces, choose) {
  const figure = make("figure", { class: "framed" });
  if (!picture.url) return figure;
  figure.style.setProperty("--ratio", String(photo.width / photo.height));
  const { width, height } = photo;
  figure.append(make("img", { src: picture.url, width, height, alt: text("faces.whole_photo") }));
  for (const face of faces) figure.append(frame(face, photo, faces.length, choose));
  return figure;
}

/**
 * One tab for each face; arrow keys move between them.
 * @param {Picture} picture
 * @param {Photo} photo
 * @param {Face[]} faces
 * @param {(index: number) => void} choose
 */
export function faceTabs(picture, photo, faces, choose) {
  const list = make("div", { role: "tablist", class: "faces", "aria-label": text("faces.title") });
  for (const face of faces) {
    const label = text("faces.face", { number: face.index + 1 });
    const { tile } = alignedTile(picture, photo, face, "", 128);
    tile.setAttribute("aria-hidden", "true");
    const tab = make(
      "button",
      {
        type: "button",
        role: "tab",
        class: "face",
        id: `face-${face.index}`,
        "aria-controls": "matches",
        onclick: () => choose(face.index),
      },
      tile,
      make("span", { class: "face-name" }, label),
    );
    list.append(tab);
  }
  list.addEventListener("keydown", (event) => moveFocus(event, list, choose));
  return list;
}

/**
 * Show which face is chosen, on the photo and among the tabs.
 * @param {ParentNode} panel
 * @param {number} index
 */
export function markFace(panel, index) {
  panel.querySelectorAll(".frame").forEach((each, place) => {
    each.classList.toggle("is-chosen", place === index);
  });
  panel.querySelectorAll("[role=tab]").forEach((each, place) => {
    each.setAttribute("aria-selected", String(place === index));
    each.setAttribute("tabindex", place === index ? "0" : "-1");
  });
}

/**
 * A frame for the pointer; the tabs do the same for the keyboard and for screen readers.
 * @param {Face} face
 * @param {Photo} photo
 * @param {number} count
 * @param {(index: number) => void} choose
 */
function frame(face, photo, count, choose) {
  const { box, index } = face;
  const alone = count === 1;
  const element = make(alone ? "span" : "button", {
    class: "frame",
    "aria-hidden": "true",
    ...(alone ? {} : { type: "button", tabindex: "-1", onclick: () => choose(index) }),
  });
  if (!alone) element.append(make("span", { class: "frame-number" }, String(index + 1)));
  const left = between(0, box.left / photo.width, 1);
  const top = between(0, box.top / photo.height, 1);
  const right = between(0, (box.left + box.width) / photo.width, 1);
  const bottom = between(0, (box.top + box.height) / photo.height, 1);
  for (const [side, share] of Object.entries({
    left,
    top,
    width: right - left,
    height: bottom - top,
  })) {
    element.style.setProperty(side, `${share * 100}%`);
  }
  return element;
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} list
 * @param {(index: number) => void} choose
 */
function moveFocus(event, list, choose) {
  const tabs = [...list.querySelectorAll("button")];
  const now = tabs.findIndex((tab) => tab === document.activeElement);
  const last = tabs.length - 1;
  /** @type {Record<string, number>} */
  const goals = {
    ArrowRight: now === last ? 0 : now + 1,
    ArrowLeft: now === 0 ? last : now - 1,
    Home: 0,
    End: last,
  };
  const goal = goals[event.key];
  if (goal === undefined || now < 0) return;
  event.preventDefault();
  choose(goal);
  tabs[goal].focus();
}

/**
 * @param {number} least
 * @param {number} value
 * @param {number} most
 */
function between(least, value, most) {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
