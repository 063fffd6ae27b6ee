// @ts-check
/**
 * A photo as it is sent: the file itself without its metadata, so that the server sees what it
 * would see of the file; written anew only where that cannot be.
 */

import { drawn, encoded } from "./canvas.js";
import { formatOf, withoutMetadata } from "./metadata.js";
import { page } from "./texts.js";

/** @typedef {import("./picture.js").Picture} Picture */

/**
 * @param {Blob} file
 * @returns {Promise<Picture>} the file as it is where nothing else can be done
 */
export async function open(file) {
  const format = await formatOf(file);
  const silent = format && (await withoutMetadata(file, format).catch(() => null));
  const { blob: own, shown, orientation } = silent ?? { blob: file, shown: file, orientation: 1 };
  const bitmap = await decoded(shown);
  const image = bitmap && drawn(bitmap, bitmap.width, bitmap.height, { orientation });
  const isFit = silent && own.size <= page.limits.bytes && fits(bitmap, format);
  const anew = (!isFit && image && (await encoded(image))) || null;
  bitmap?.close();
  return { blob: anew ?? own, image, url: image && (await address(image, shown, orientation)) };
}

/**
 * What shows it: the file, or its pixels where the browser would not turn them, if those can be
 * written.
 * @param {HTMLCanvasElement} image
 * @param {Blob} shown
 * @param {number} orientation
 */
async function address(image, shown, orientation) {
  const upright = orientation === 1 ? shown : await encoded(image);
  return upright && URL.createObjectURL(upright);
}

/** @param {Blob} file */
async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/**
 * Whether the server takes so many pixels; what this browser cannot decode is for the server to say.
 * @param {ImageBitmap | null} bitmap
 * @param {string} format
 */
function fits(bitmap, format) {
  if (!bitmap) return true;
  const { width, height } = bitmap;
  const { pixels, side } = page.limits;
  return width * height <= pixels[format] && Math.max(width, height) <= side;
}
