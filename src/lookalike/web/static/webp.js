// @ts-check
/** WebP files without what they say beside their image; its chunks stay as they are. */

import { exifOf, letters, orientationOf } from "./exif.js";

// "RIFF", the length of what follows, and "WEBP" (WebP container specification).
const HEAD = 12;
const NEEDED = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
// Flags of VP8X: there is EXIF, there is XMP.
const HAS_EXIF = 0x08;
const HAS_XMP = 0x04;

/** @typedef {import("./metadata.js").Bare} Bare */

/**
 * @param {Uint8Array} file
 * @returns {Bare | null} null where it is cut short
 */
export function bareWebp(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const last = view.getUint32(4, true) + 8;
  /** @type {Uint8Array[]} */
  const parts = [];
  let orientation = 1;
  for (let place = HEAD; place + 8 <= last;) {
    const end = place + 8 + view.getUint32(place + 4, true);
    if (end > file.length) return null;
    const name = String.fromCharCode(...file.subarray(place, place + 4));
    if (NEEDED.has(name)) parts.push(...padded(file.slice(place, end)));
    else if (name === "EXIF" && isExtended(parts))
      orientation = orientationOf(file.subarray(place + 8, end));
    place = end + (end % 2);
  }
  return parts.length ? { orientation, written: (turn) => wrapped(parts, turn) } : null;
}

/** Chunks have an even length. @param {Uint8Array} chunk */
const padded = (chunk) => (chunk.length % 2 ? [chunk, Uint8Array.of(0)] : [chunk]);

/** Only these have EXIF. @param {Uint8Array[]} parts */
const isExtended = ([first]) => first?.[3] === "X".charCodeAt(0);

/**
 * @param {Uint8Array[]} parts
 * @param {number} orientation
 */
function wrapped(parts, orientation) {
  const turned = orientation !== 1;
  const [first, ...rest] = [parts[0].slice(), ...parts.slice(1)];
  if (isExtended(parts)) first[8] = (first[8] & ~(HAS_EXIF | HAS_XMP)) | (turned ? HAS_EXIF : 0);
  const all = [first, ...rest, ...(turned ? chunkOf("EXIF", exifOf(orientation)) : [])];
  const length = all.reduce((sum, part) => sum + part.length, "WEBP".length);
  return [...chunkOf("RIFF", new Uint8Array(0), length), letters("WEBP"), ...all];
}

/**
 * @param {string} name
 * @param {Uint8Array} body
 * @param {number} length
 */
function chunkOf(name, body, length = body.length) {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, length, true);
  return [letters(name), size, body];
}
