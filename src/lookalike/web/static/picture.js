// @ts-check
/** A photo that was chosen: decoded once, and made smaller before it is sent. */

// Faces are found just as well at this size, and a phone's photo shrinks to a tenth of its bytes.
const LONGEST = 2048;
const SMALL_ENOUGH = 1024 * 1024;

/**
 * @typedef {object} Picture
 * @property {Blob} blob what is sent
 * @property {ImageBitmap | HTMLCanvasElement | null} image its pixels; null when the browser cannot decode it
 * @property {string | null} url shows it; to be released
 */

/**
 * @param {File} file
 * @returns {Promise<Picture>}
 */
export async function openPicture(file) {
  const image = await decoded(file);
  if (!image) return { blob: file, image: null, url: null };
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  if (scale === 1 && file.size <= SMALL_ENOUGH) return shown(file, image);
  const canvas = drawn(image, scale);
  const blob = await jpeg(canvas);
  return blob && (scale < 1 || blob.size < file.size) ? shown(blob, canvas) : shown(file, image);
}

/** @param {Picture} picture */
export function release(picture) {
  if (picture.url) URL.revokeObjectURL(picture.url);
}

/** @param {File} file */
async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

/**
 * @param {Blob} blob
 * @param {ImageBitmap | HTMLCanvasElement} image
 * @returns {Picture}
 */
function shown(blob, image) {
  return { blob, image, url: URL.createObjectURL(blob) };
}

/**
 * @param {ImageBitmap} image
 * @param {number} scale
 */
function drawn(image, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.imageSmoothingQuality = "high";
  // JPEG knows no transparency: without this it would come out black.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob | null>}
 */
function jpeg(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
}
