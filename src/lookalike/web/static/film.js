// @ts-check
/** A short film of one face that becomes another, with what has to be said of its pictures. */

import { SIDE } from "./blend.js";
import { shareAt } from "./morph.js";
import { Problem } from "./problem.js";
import { page, text } from "./texts.js";

/** @typedef {import("./blend.js").Blend} Blend */

const WIDTH = 720;
const HEIGHT = 900;
const MARGIN = 28;
const LENGTH_MS = 4000;
const FRAMES_A_SECOND = 25;
// What phones and their messengers play is tried first.
const KINDS = ["video/mp4;codecs=avc1.42E01F", "video/mp4", "video/webm;codecs=vp8", "video/webm"];

/**
 * @param {Blend} blend
 * @param {string[]} names
 * @param {string[]} credits
 * @returns {Promise<File>}
 */
export async function filmed(blend, names, credits) {
  const type = KINDS.find((each) => globalThis.MediaRecorder?.isTypeSupported(each));
  const canvas = document.createElement("canvas");
  if (!type || !canvas.captureStream) throw new Problem("not-offered");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  drawFrame(context, names, credits);
  const show = (/** @type {number} */ turn) =>
    context.drawImage(blend.at(shareAt(turn)), 0, 0, SIDE, SIDE, 0, 0, WIDTH, WIDTH);
  show(0);
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
