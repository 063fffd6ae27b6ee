// @ts-check
/** The one thing of EXIF that pixels need: how they are to be turned (EXIF 2.32, table 6). */

const ORIENTATION = 0x0112;
const BYTE = 1;
const SHORT = 3;
const LONG = 4;
/** @param {string} text */
export const letters = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

// What JPEG puts before EXIF, and other formats may.
const NAME = letters("Exif\0\0");

/**
 * 1 to 8; 1, upright, also where it does not say.
 * @param {Uint8Array} exif
 */
export function orientationOf(exif) {
  const tiff = isNamed(exif) ? exif.subarray(NAME.length) : exif;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const value = stated(view);
    return value >= 1 && value <= 8 ? value : 1;
  } catch {
    return 1; // it ends early
  }
}

/** @param {Uint8Array} bytes */
export const isNamed = (bytes) => NAME.every((byte, place) => bytes[place] === byte);

/**
 * EXIF that says how pixels are turned, and nothing else; nothing at all of those that are upright.
 * @param {number} orientation
 */
export function exifOf(orientation) {
  const entry = [0x12, 0x01, SHORT, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
  const entries = orientation === 1 ? [0, 0] : [1, 0, ...entry];
  return Uint8Array.of(0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, ...entries, 0, 0, 0, 0);
}

/** As JPEG has it. @param {number} orientation */
export const namedExifOf = (orientation) => Uint8Array.of(...NAME, ...exifOf(orientation));

/**
 * What the first directory says (TIFF 6.0, section 2).
 * @param {DataView} view
 */
function stated(view) {
  const little = view.getUint16(0) === 0x4949;
  const start = view.getUint32(4, little);
  const count = view.getUint16(start, little);
  for (let place = start + 2; place < start + 2 + count * 12; place += 12) {
    if (view.getUint16(place, little) !== ORIENTATION) continue;
    if (view.getUint32(place + 4, little) !== 1) return 1;
    return valueAt(view, place + 8, view.getUint16(place + 2, little), little);
  }
  return 1;
}

/**
 * @param {DataView} view
 * @param {number} place
 * @param {number} type
 * @param {boolean} little
 */
function valueAt(view, place, type, little) {
  if (type === BYTE) return view.getUint8(place);
  if (type === SHORT) return view.getUint16(place, little);
  return type === LONG ? view.getUint32(place, little) : 1;
}
