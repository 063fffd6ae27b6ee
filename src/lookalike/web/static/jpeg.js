// @ts-check
/** JPEG files without what they say beside their image; the image's own bytes stay as they are. */

import { isNamed, namedExifOf, orientationOf } from "./exif.js";

// ITU-T T.81, table B.1.
const SCAN = 0xda;
const END = 0xd9;
const COMMENT = 0xfe;
const EXIF = 0xe1;
// What may stand between the scans of one image, as in faces/repair.py.
const BETWEEN_SCANS = new Set([0xc4, 0xcc, 0xda, 0xdb, 0xdc, 0xdd, COMMENT]);
// Application data that decides how the pixels look: JFIF, a colour profile, Adobe's colour model.
/** @type {Record<number, string>} */
const NEEDED = { 0xe0: "JFIF\0", 0xe2: "ICC_PROFILE\0", 0xee: "Adobe" };
// Of a JFIF segment without its thumbnail, which may show more than the photo does.
const JFIF = 18;

/** @typedef {{ marker: number, start: number, end: number }} Segment */

/**
 * Up to the end of its image.
 * @param {Uint8Array} file
 * @returns {import("./metadata.js").Bare | null} null where it cannot be read
 */
export function bareJpeg(file) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let orientation = 0;
  for (const segment of segments(file)) {
    if (!segment) return null;
    const bytes = file.subarray(segment.start, segment.end);
    const body = bytes.subarray(4);
    // Of several the first counts.
    if (segment.marker === EXIF && isNamed(body)) orientation ||= orientationOf(body);
    else if (!isApplication(segment.marker)) parts.push(bytes);
    else if (starts(body, NEEDED[segment.marker])) parts.push(plain(segment.marker, bytes));
  }
  const start = file.subarray(0, 2);
  const written = (/** @type {number} */ turn) => [start, ...turning(turn), ...parts];
  return { orientation: orientation || 1, written };
}

/**
 * Every segment with what belongs to it, the data of a scan included; null where they break off.
 * A file without an end marker keeps none: what comes behind its image is left out.
 * @param {Uint8Array} file
 * @returns {Generator<Segment | null>}
 */
function* segments(file) {
  let scans = 0;
  for (let start = 2; start < file.length;) {
    const place = afterFill(file, start);
    const marker = file[place];
    if (place === start) return yield null;
    if (marker === END) return yield { marker, start: place - 1, end: place + 1 };
    if (scans && !isBetweenScans(marker)) return;
    let end = place + 1 + 256 * file[place + 1] + file[place + 2];
    if (!(end > place + 2 && end <= file.length)) {
      if (!scans) yield null;
      // Behind a scan that is the trailer of a phone, which only looks like a marker.
      else if (!isApplication(marker)) yield { marker, start: place - 1, end: file.length };
      return;
    }
    if (marker === SCAN) end = endOfScan(file, end);
    if (marker === SCAN) scans += 1;
    yield { marker, start: place - 1, end };
    start = end;
  }
}

/**
 * Any number of 0xFF may stand before a marker.
 * @param {Uint8Array} file
 * @param {number} place
 */
function afterFill(file, place) {
  while (file[place] === 0xff) place += 1;
  return place;
}

/**
 * Where the data of a scan ends: at the first marker that is no restart; 0xFF 0x00 is data.
 * @param {Uint8Array} file
 * @param {number} start
 */
function endOfScan(file, start) {
  for (let place = file.indexOf(0xff, start); place >= 0; place = file.indexOf(0xff, place)) {
    const first = place;
    place = afterFill(file, place);
    const marker = file[place];
    if (place < file.length && marker !== 0 && !(marker >= 0xd0 && marker <= 0xd7)) return first;
  }
  return file.length;
}

/** @param {number} marker */
const isApplication = (marker) => (marker >= 0xe0 && marker <= 0xef) || marker === COMMENT;

/** @param {number} marker */
const isBetweenScans = (marker) => BETWEEN_SCANS.has(marker) || isApplication(marker);

/**
 * @param {Uint8Array} body
 * @param {string | undefined} name
 */
function starts(body, name) {
  return name !== undefined && [...name].every((letter, n) => body[n] === letter.charCodeAt(0));
}

/** A segment that says how the image is turned, if it is. @param {number} orientation */
function turning(orientation) {
  if (orientation === 1) return [];
  const body = namedExifOf(orientation);
  return [Uint8Array.of(0xff, EXIF, 0, body.length + 2, ...body)];
}

/**
 * @param {number} marker
 * @param {Uint8Array} bytes
 */
function plain(marker, bytes) {
  if (marker !== 0xe0 || bytes.length <= JFIF) return bytes;
  const alone = bytes.slice(0, JFIF);
  alone.set([0, JFIF - 2], 2);
  alone.set([0, 0], JFIF - 2);
  return alone;
}
