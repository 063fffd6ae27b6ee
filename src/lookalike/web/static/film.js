// @ts-check
/**
 * One face that becomes another, with what has to be said of its pictures: as a short film, or as an
 * animated picture, which browsers inside other apps save by a long press, as they save no film.
 */

import { SIDE } from "./blend.js";
import { GIFEncoder, applyPalette, quantize } from "./gifenc.js";
import { shareAt } from "./morph.js";
import { Problem } from "./problem.js";
import { page, text } from "./texts.js";

/** @typedef {import("./blend.js").Blend} Blend */

const WIDTH = 720;
const HEIGHT = 900;
const MARGIN = 28;
const LENGTH_MS = 4000;
const FRAMES_A_SECOND = 25;
// Of the animated picture: small enough to be sent, and milliseconds a frame.
const SMALL = { width: 320, height: 400, frames: 40, delay: 100 };
// What phones and their messengers play is tried first.
const KINDS = ["video/mp4;codecs=avc1.42E01F", "video/mp4", "video/webm;codecs=vp8", "video/webm"];

/**
 * @param {Blend} blend
 * @param {string[]} names
 * @param {string[]} credits
 * @returns {Promise<File>}
 */
export async function filmed(blend, names, credits) {
  const type = filmKind();
  if (!type) throw new Problem("not-offered");
  const { canvas, show } = scene(blend, names, credits);
  const recorder = new MediaRecorder(canvas.captureStream(FRAMES_A_SECOND), {
    mimeType: type,
    videoBitsPerSecond: 4_000_000,
  });
  const ended = recorded(recorder);
  recorder.start();
  await played(show);
  recorder.stop();
  const [kind] = type.split(";");
  return new File([await ended], `${text("morph.file")}.${kind.split("/")[1]}`, { type: kind });
}

/** What films are written as here, if at all. */
export function filmKind() {
  if (!HTMLCanvasElement.prototype.captureStream) return undefined;
  return KINDS.find((each) => globalThis.MediaRecorder?.isTypeSupported(each));
}

/**
 * @param {Blend} blend
 * @param {string[]} names
 * @param {string[]} credits
 * @returns {Promise<File>}
 */
export async function animated(blend, names, credits) {
  const { canvas, show } = scene(blend, names, credits);
  const { width, height, frames, delay } = SMALL;
  const small = document.createElement("canvas");
  [small.width, small.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (
    small.getContext("2d", { willReadFrequently: true })
  );
  const gif = GIFEncoder();
  for (let frame = 0; frame < frames; frame++) {
    show(frame / frames);
    context.drawImage(canvas, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const palette = quantize(data, 256);
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
    // So that the page stays awake meanwhile.
    await new Promise((resolve) => setTimeout(resolve));
  }
  gif.finish();
  return new File([gif.bytes()], `${text("morph.file")}.gif`, { type: "image/gif" });
}

/**
 * The picture that moves, and what shows it at a part of its turn.
 * @param {Blend} blend
 * @param {string[]} names
 * @param {string[]} credits
 */
function scene(blend, names, credits) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  drawFrame(context, names, credits);
  const show = (/** @type {number} */ turn) =>
    context.drawImage(blend.at(shareAt(turn)), 0, 0, SIDE, SIDE, 0, 0, WIDTH, WIDTH);
  show(0);
  return { canvas, show };
}

/** @param {MediaRecorder} recorder @returns {Promise<Blob>} */
function recorded(recorder) {
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  return new Promise((resolve, reject) => {
    recorder.onstop = () => resolve(new Blob(parts, { type: recorder.mimeType }));
    recorder.onerror = () => reject(new Problem("internal"));
  });
}

/** One turn, there and back. @param {(turn: number) => void} draw */
function played(draw) {
  const began = performance.now();
  return new Promise((resolve) => {
    const step = (/** @type {number} */ now) => {
      const turn = Math.max(0, now - began) / LENGTH_MS;
      draw(Math.min(turn, 1));
      if (turn >= 1) resolve(undefined);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/**
 * What stays: the names, whose pictures they are, and where it was made.
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} names
 * @param {string[]} credits
 */
function drawFrame(context, names, credits) {
  const family = getComputedStyle(document.body).fontFamily;
  const line = (/** @type {string} */ words, /** @type {number} */ y, /** @type {string} */ font) => {
    context.font = `${font} ${family}`;
    context.fillText(words, MARGIN, y, WIDTH - 2 * MARGIN);
  };
  context.fillStyle = "#201d1b";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = "#f7f2ee";
  line(names.join(" × "), WIDTH + 60, "700 38px");
  context.fillStyle = "#bdb0a7";
  credits.forEach((words, place) => line(words, WIDTH + 104 + place * 30, "400 21px"));
  line(`${location.host}${page.root}`, HEIGHT - 24, "600 22px");
}
