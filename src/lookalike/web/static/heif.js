// @ts-check
/**
 * HEIC and AVIF files without what they say beside their image. Everything stays in its place, for
 * a file is full of places: what is private is overwritten.
 */

import { exifOf, letters, orientationOf } from "./exif.js";

// Properties that tell of people, places and times (ISO/IEC 23008-12, 6.5.20 to 6.5.22, and AVIF).
const PRIVATE = new Set(["udes", "crtt", "mdft", "altt"]);
// Boxes of the file itself that an image needs; others are a phone's own, or a video.
const NEEDED = new Set(["ftyp", "meta", "mdat", "free", "skip"]);
const NEEDED_OF_META = new Set("hdlr dinf pitm iinf iloc iref iprp idat ipro grpl free".split(" "));

/** @typedef {{ type: string, start: number, body: number, end: number }} Box */
/** @typedef {{ id: number, type: string, content: string }} Item */
/** @typedef {{ start: number, end: number }[]} Extents */

/** Not a file as this module knows them. */
class Unknown extends Error {}

/**
 * Which way it is turned is a property of the image, and stays so.
 * @param {Uint8Array} file is changed
 * @returns {import("./metadata.js").Bare | null} null where it cannot be read
 */
export function bareHeif(file) {
  try {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    // Of a file that is cut short there may be enough to see.
    const all = [...boxes(view, 0, file.length, true)];
    const metas = all.filter(({ type }) => type === "meta");
    // A sequence of images has its metadata elsewhere.
    if (metas.length !== 1 || all.some(({ type }) => type === "moov")) return null;
    const used = clearMeta(file, view, metas[0]);
    const isNeeded = (/** @type {Box} */ { type, body, end }) =>
      NEEDED.has(type) || used.some((extent) => extent.end > body && extent.start < end);
    const end = Math.max(...all.filter(isNeeded).map((box) => box.end));
    for (const box of all) if (!isNeeded(box) && box.end < end) free(file, box);
    return { orientation: 1, written: () => [file.subarray(0, end)] };
  } catch (error) {
    if (error instanceof Unknown || error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * @param {Uint8Array} file
 * @param {DataView} view
 * @param {Box} meta
 * @returns {Extents} where all items are
 */
function clearMeta(file, view, meta) {
  const all = [...boxes(view, meta.body + 4, meta.end)];
  for (const box of all) if (!NEEDED_OF_META.has(box.type)) free(file, box);
  const parts = new Map(all.map((box) => [box.type, box]));
  const [infos, places, properties] = [parts.get("iinf"), parts.get("iloc"), parts.get("iprp")];
  if (!infos || !places) throw new Unknown("no items");
  const extents = located(view, places, parts.get("idat"));
  for (const { id, type, content } of items(view, infos)) {
    const place = extents.get(id) ?? [];
    if (type === "Exif") overwrite(file, place, upright(file, place));
    else if (type === "uri " || (type === "mime" && !content.startsWith("image/")))
      overwrite(file, place, new Uint8Array(0));
  }
  for (const box of properties ? boxes(view, properties.body, properties.end) : [])
    if (box.type === "ipco") clearProperties(file, view, box);
  return [...extents.values()].flat();
}

/**
 * An Exif item begins with how far it is to the TIFF (ISO/IEC 23008-12, A.2.1): here it follows.
 * @param {Uint8Array} file
 * @param {Extents} extents
 */
function upright(file, extents) {
  const bytes = extents.flatMap(({ start, end }) => [...file.subarray(start, end)]);
  const [a, b, c, d] = bytes;
  const offset = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const exif = Uint8Array.from(bytes.slice(4 + offset));
  return Uint8Array.of(0, 0, 0, 0, ...exifOf(orientationOf(exif)));
}

/**
 * @param {Uint8Array} file
 * @param {Extents} extents
 * @param {Uint8Array} bytes what stands there instead; zeros behind it
 */
function overwrite(file, extents, bytes) {
  let rest = bytes;
  for (const { start, end } of extents) {
    file.fill(0, start, end);
    file.set(rest.subarray(0, end - start), start);
    rest = rest.subarray(end - start);
  }
}

/**
 * Their number and order is what images refer to, so they stay, empty.
 * @param {Uint8Array} file
 * @param {DataView} view
 * @param {Box} container
 */
function clearProperties(file, view, container) {
  for (const { type, body, end } of boxes(view, container.body, container.end))
    if (PRIVATE.has(type)) file.fill(0, body, end);
}

/**
 * @param {Uint8Array} file
 * @param {Box} box
 */
function free(file, { start, body, end }) {
  file.set(letters("free"), start + 4);
  file.fill(0, body, end);
}

/**
 * ISO/IEC 14496-12, 4.2.
 * @param {DataView} view
 * @param {number} start
 * @param {number} last
 * @param {boolean} [mayBeCut] the last of them
 * @returns {Generator<Box>}
 */
function* boxes(view, start, last, mayBeCut = false) {
  while (start < last) {
    let size = view.getUint32(start);
    const body = start + (size === 1 ? 16 : 8);
    if (size === 1) size = Number(view.getBigUint64(start + 8));
    if (size === 0) size = last - start;
    const end = mayBeCut ? Math.min(start + size, last) : start + size;
    if (end < body || end > last) throw new Unknown("a box that is cut short");
    yield { type: text(view, start + 4, 4), start, body, end };
    start = end;
  }
}

/**
 * 14496-12, 8.11.6.
 * @param {DataView} view
 * @param {Box} infos
 * @returns {Generator<Item>}
 */
function* items(view, infos) {
  const wide = view.getUint8(infos.body) > 0;
  for (const { body, end } of boxes(view, infos.body + (wide ? 8 : 6), infos.end)) {
    const version = view.getUint8(body);
    if (version < 2) throw new Unknown("items without a type");
    const id = version === 2 ? view.getUint16(body + 4) : view.getUint32(body + 4);
    const place = body + (version === 2 ? 8 : 10);
    const [, content = ""] = text(view, place + 4, end - place - 4).split("\0");
    yield { id, type: text(view, place, 4), content };
  }
}

/**
 * Where each item is (14496-12, 8.11.3).
 * @param {DataView} view
 * @param {Box} places
 * @param {Box | undefined} data what items may lie in beside the file
 * @returns {Map<number, Extents>}
 */
function located(view, places, data) {
  const read = reader(view, places.body);
  const version = read(1);
  read(3);
  const sizes = read(2);
  const [offset, length, base, index] = [12, 8, 4, 0].map((shift) => (sizes >> shift) & 15);
  const found = new Map();
  for (let left = read(version < 2 ? 2 : 4); left > 0; left -= 1) {
    const id = read(version < 2 ? 2 : 4);
    const method = version > 0 ? read(2) & 15 : 0;
    if (read(2) > 0 || method > 1) throw new Unknown("an item that is not in the file");
    const from = read(base) + (method === 1 ? (data?.body ?? NaN) : 0);
    const extents = Array.from({ length: read(2) }, () => {
      if (version > 0) read(index);
      const start = from + read(offset);
      return { start, end: start + read(length) };
    });
    if (!extents.every(({ start, end }) => start < end)) throw new Unknown("an empty item");
    found.set(id, extents);
  }
  return found;
}

/**
 * Reads one number of so many bytes after the other.
 * @param {DataView} view
 * @param {number} place
 * @returns {(bytes: number) => number}
 */
function reader(view, place) {
  return (bytes) => {
    let value = 0;
    for (const last = place + bytes; place < last; place += 1)
      value = value * 256 + view.getUint8(place);
    return value;
  };
}

/**
 * @param {DataView} view
 * @param {number} start
 * @param {number} length
 */
function text(view, start, length) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, length);
  return String.fromCharCode(...bytes);
}
