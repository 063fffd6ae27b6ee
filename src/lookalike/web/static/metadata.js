// @ts-check
/**
 * Files without place, device, time and comments (EXIF, XMP, IPTC, and what phones append), their
 * image untouched: whoever decodes them gets the same pixels, turned the same way.
 */

/** @typedef {"JPEG" | "PNG" | "WebP" | "HEIC" | "AVIF"} Format as the server calls it */
/**
 * @typedef {object} Bare
 * @property {number} orientation how EXIF says that the pixels are to be turned, 1 to 8
 * @property {(orientation: number) => Uint8Array[]} written the parts of a file that says so
 */
/** @typedef {(file: Uint8Array) => Bare | null} Strip */
/**
 * @typedef {object} Silent
 * @property {Blob} blob a file with nothing but its image
 * @property {Blob} shown the same for browsers
 * @property {number} orientation how `shown` is still to be turned
 */

// Bytes from the start of a file that tell its format.
const HEAD = 12;

/** @type {Record<Format, () => Promise<Strip>>} */
const STRIPS = {
  JPEG: async () => (await import("./jpeg.js")).bareJpeg,
  PNG: async () => (await import("./png.js")).barePng,
  WebP: async () => (await import("./webp.js")).bareWebp,
  HEIC: async () => (await import("./heif.js")).bareHeif,
  AVIF: async () => (await import("./heif.js")).bareHeif,
};

/**
 * @param {Blob} file
 * @returns {Promise<Format | null>} null where the server reads no such files
 */
export async function formatOf(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const head = String.fromCharCode(...bytes);
  if (head.startsWith("\xff\xd8\xff")) return "JPEG";
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "PNG";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "WebP";
  if (head.slice(4, 8) !== "ftyp") return null;
  return head.slice(8).startsWith("avi") ? "AVIF" : "HEIC";
}

// EXIF turns these for the server, and not in every browser: here it does not, anywhere.
/** @type {(Format | null)[]} */
const TURNED_BY_US = ["PNG", "WebP"];

/**
 * @param {Blob} file
 * @param {Format} format
 * @returns {Promise<Silent | null>} null where the file is not as its format has it
 */
export async function withoutMetadata(file, format) {
  const strip = await STRIPS[format]();
  const bare = strip(new Uint8Array(await file.arrayBuffer()));
  if (!bare) return null;
  const type = `image/${format.toLowerCase()}`;
  const blobOf = (/** @type {number} */ turn) => new Blob([joined(bare.written(turn))], { type });
  const blob = blobOf(bare.orientation);
  if (!TURNED_BY_US.includes(format)) return { blob, shown: blob, orientation: 1 };
  return { blob, shown: blobOf(1), orientation: bare.orientation };
}

/** Firefox decodes no image from a Blob of several parts. @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
