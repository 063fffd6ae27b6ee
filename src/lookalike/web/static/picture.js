// @ts-check
/** A photo that was chosen: what is shown of it, and what is sent. */

/**
 * @typedef {object} Picture
 * @property {Blob} blob what is sent
 * @property {HTMLCanvasElement | null} image its pixels; null when the browser cannot decode it
 * @property {string | null} url shows it; to be released
 */

/**
 * @param {Blob} file
 * @returns {Promise<Picture>}
 */
export async function openPicture(file) {
  const { open } = await import("./sent.js");
  return open(file);
}

/**
 * Have it sent with at most so many bytes, if that can be.
 * @param {Picture} picture
 * @param {number} most
 * @returns {Promise<boolean>} whether less is sent now
 */
export async function shrink(picture, most) {
  if (!picture.image || picture.blob.size <= most) return false;
  const { encoded } = await import("./canvas.js");
  const smaller = await encoded(picture.image, most);
  if (!smaller || smaller.size >= picture.blob.size) return false;
  picture.blob = smaller;
  return true;
}

/** @param {Picture} picture */
export function release(picture) {
  if (picture.url) URL.revokeObjectURL(picture.url);
}
