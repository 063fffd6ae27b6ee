// @ts-check
/** A photo that was chosen: decoded once, made smaller, and rid of what it says besides pixels. */

// Faces are found just as well at this size, and a phone's photo shrinks to a tenth of its bytes.
const LONGEST = 1600;
const QUALITY = 0.9;

/**
 * @typedef {object} Picture
 * @property {Blob} blob what is sent
 * @property {HTMLCanvasElement | null} image its pixels; null when the browser cannot decode it
 * @property {string | null} url shows it; to be released
 */

/**
 * @param {Blob} file
 * @returns {Promise<Picture>} the file as it is where the browser cannot decode it
 */
export async function openPicture(file) {
  const image = await decoded(file);
  if (!image) return { blob: file, image: null, url: null };
  const canvas = drawn(image, image.width, image.height);
  image.close();
  return pictureOf(canvas);
}

/**
 * What a video shows now.
 * @param {HTMLVideoElement} video
 */
export function pictureFrom(video) {
  return pictureOf(drawn(video, video.videoWidth, video.videoHeight));
}

/** @param {Picture} picture */
export function release(picture) {
  if (picture.url) URL.revokeObjectURL(picture.url);
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
 * Written anew, so that no place, time or camera goes with it.
 * @param {HTMLCanvasElement} image
 * @returns {Promise<Picture>}
 */
async function pictureOf(image) {
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => image.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Error("The picture cannot be written.");
  return { blob, image, url: URL.createObjectURL(blob) };
}

/**
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 */
function drawn(source, width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.imageSmoothingQuality = "high";
  // JPEG knows no transparency: without this it would come out black.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}
