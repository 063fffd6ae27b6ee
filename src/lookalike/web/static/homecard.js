// @ts-check
/**
 * A card of photos of one's own, to send or save. It is drawn here, and nothing is sent to the server.
 */

import { make } from "./dom.js";
import { sendButtons } from "./sending.js";
import { page, text } from "./texts.js";

/** @typedef {{ tile: HTMLElement, name: string }} Shown a face as it is on the page */
/**
 * @typedef {object} Content
 * @property {string} title
 * @property {Shown[]} faces two, or a child between two parents
 * @property {string[]} lines
 */
/** @typedef {"tall" | "square"} Shape */
/** @typedef {{ x: number, y: number, side: number }} Place */

/** @type {Record<Shape, [number, number]>} */
const SIZES = { tall: [1080, 1920], square: [1080, 1080] };
const MARGIN = 60;
const GAP = 24;
const ROUND = 44;
const TITLE = 64;
const LINE = 38;

/**
 * The content of the dialog.
 * @param {Content} content
 */
export function cardForm(content) {
  const preview = make("div", { class: "card-preview" });
  const sending = sendButtons(content.title);
  const show = async (/** @type {Shape} */ shape) => {
    const canvas = drawn(content, shape);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", text("share.card"));
    preview.dataset.shape = shape;
    preview.replaceChildren(canvas);
    sending.offer(await written(canvas));
  };
  show("square");
  const form = make("form", { class: "share" });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.append(
    make("h2", {}, text("share.title")),
    preview,
    shapes(show),
    make("p", { class: "fineprint" }, text("homecard.here")),
    sending.element,
  );
  return form;
}

/** @param {(shape: Shape) => void} choose */
function shapes(choose) {
  const option = (/** @type {Shape} */ shape) => {
    const input = make("input", { type: "radio", name: "shape", value: shape, class: "unseen" });
    input.checked = shape === "square";
    input.addEventListener("change", () => choose(shape));
    return make("label", {}, input, make("span", {}, text(`homecard.${shape}`)));
  };
  return make(
    "fieldset",
    { class: "choices" },
    make("legend", { class: "unseen" }, text("share.shape")),
    option("square"),
    option("tall"),
  );
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<File>}
 */
async function written(canvas) {
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) =>
    canvas.toBlob(resolve, "image/png"),
  );
  return new File(blob ? [blob] : [], text("share.file"), { type: "image/png" });
}

/**
 * @param {Content} content
 * @param {Shape} shape
 */
function drawn({ title, faces, lines }, shape) {
  const [width, height] = SIZES[shape];
  const canvas = make("canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`);
  const font = (/** @type {string} */ weight, /** @type {number} */ size) =>
    `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  context.fillStyle = colour("paper");
  context.fillRect(0, 0, width, height);
  context.textAlign = "center";
  context.font = font("800", TITLE);
  const titles = broken(context, title, width - 2 * MARGIN);
  const foot = MARGIN + LINE * 1.5 * (lines.length + 1) + TITLE * 1.25 * titles.length;
  const box = { x: MARGIN, y: MARGIN, width: width - 2 * MARGIN, height: height - MARGIN - foot };
  places(faces.length, box).forEach((place, number) => {
    context.font = font("600", 30);
    face(context, faces[number], place);
  });
  let y = height - foot + TITLE * 1.2;
  const write = (/** @type {string} */ words, /** @type {number} */ size, /** @type {string} */ weight) => {
    context.font = font(weight, size);
    context.fillText(words, width / 2, y, width - 2 * MARGIN);
    y += size * (size === TITLE ? 1.2 : 1.5);
  };
  context.fillStyle = colour("ink");
  for (const words of titles) write(words, TITLE, "800");
  context.fillStyle = colour("ink-soft");
  for (const words of lines) write(words, LINE, "500");
  context.fillStyle = colour("accent-ink");
  y = height - MARGIN / 1.5;
  write(`${location.host}${page.root}`, 30, "700");
  return canvas;
}

/**
 * As large as they can be: beside one another or in rows, whichever gives more.
 * @param {number} count
 * @param {{ x: number, y: number, width: number, height: number }} box
 * @returns {Place[]}
 */
function places(count, { x, y, width, height }) {
  const sideIn = (/** @type {number} */ columns) => {
    const rows = Math.ceil(count / columns);
    return Math.min(
      (width - (columns - 1) * GAP) / columns,
      (height - (rows - 1) * GAP) / rows,
    );
  };
  const columns = [1, 2, 3].slice(0, count).sort((a, b) => sideIn(b) - sideIn(a))[0];
  const side = sideIn(columns);
  const rows = Math.ceil(count / columns);
  const top = y + (height - rows * side - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, place) => {
    const row = Math.floor(place / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = x + (width - inRow * side - (inRow - 1) * GAP) / 2;
    return {
      x: left + (place % columns) * (side + GAP),
      y: top + row * (side + GAP),
      side,
    };
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Shown} shown
 * @param {Place} place
 */
function face(context, { tile, name }, { x, y, side }) {
  const picture = tile.querySelector("canvas");
  context.save();
  context.beginPath();
  context.roundRect(x, y, side, side, ROUND);
  context.clip();
  if (picture) context.drawImage(picture, x, y, side, side);
  context.fillStyle = "rgb(20 14 11 / 62%)";
  context.fillRect(x, y + side - 60, side, 60);
  context.fillStyle = "white";
  context.fillText(name, x + side / 2, y + side - 20, side - 20);
  context.restore();
}

/**
 * Words in lines of at most a width.
 * @param {CanvasRenderingContext2D} context
 * @param {string} words
 * @param {number} most
 */
function broken(context, words, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of words.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && context.measureText(longer).width <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
