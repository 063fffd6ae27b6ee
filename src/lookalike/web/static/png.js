// @ts-check
/** PNG files without what they say beside their image; its chunks stay as they are. */

import { exifOf, letters, orientationOf } from "./exif.js";

const SIGNATURE = 8;
// Length, name and checksum of a chunk.
const AROUND = 12;
// Chunks beside the critical ones that decide how the pixels look (PNG, third edition, 11.3).
const NEEDED = new Set(
  "acTL bKGD cHRM cICP cLLI fcTL fdAT gAMA hIST iCCP mDCV pHYs sBIT sPLT sRGB tRNS".split(" "),
);

/** @typedef {import("./metadata.js").Bare} Bare */

/**
 * Up to the end of its image. A file that is cut short stays so.
 * @param {Uint8Array} file
 * @returns {Bare}
 */
export function barePng(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const parts = [file.subarray(0, SIGNATURE)];
  let orientation = 1;
  for (let place = SIGNATURE; place + 8 <= file.length;) {
    const end = place + AROUND + view.getUint32(place);
    const name = String.fromCharCode(...file.subarray(place + 4, place + 8));
    const chunk = file.subarray(place, end);
    if (isCritical(name) || NEEDED.has(name)) parts.push(chunk);
    else if (name === "eXIf" && isSound(chunk)) orientation = orientationOf(chunk.subarray(8, -4));
    if (name === "IEND") break;
    place = end;
  }
  const [signature, header, ...rest] = parts;
  const written = (/** @type {number} */ turn) =>
    turn === 1 || !header ? parts : [signature, header, turning(turn), ...rest];
  return { orientation, written };
}

/** The server leaves out those that are not. @param {Uint8Array} chunk */
function isSound(chunk) {
  const stated = new DataView(chunk.buffer, chunk.byteOffset).getUint32(chunk.length - 4);
  return checksum(chunk.subarray(4, -4)) === stated;
}

/** Their names begin with a capital (5.4). @param {string} name */
const isCritical = (name) => name < "a";

/** A chunk that says how the image is turned. @param {number} orientation */
function turning(orientation) {
  const body = exifOf(orientation);
  const chunk = new Uint8Array(AROUND + body.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, body.length);
  chunk.set(letters("eXIf"), 4);
  chunk.set(body, 8);
  view.setUint32(chunk.length - 4, checksum(chunk.subarray(4, -4)));
  return chunk;
}

/** CRC-32 (PNG, annex D). @param {Uint8Array} bytes */
function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
