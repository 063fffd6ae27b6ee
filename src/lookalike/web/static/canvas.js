// @ts-check
/** Pixels on a canvas, and back: written as a JPEG, where the browser tells the truth about them. */

// Faces are found just as well at this size, and a phone's photo shrinks to a tenth of its bytes.
const LONGEST = 1600;
const QUALITY = 0.9;
// How much smaller each time, while a picture is larger than it may be, and where that ends.
const STEP = 0.75;
const SHORTEST = 400;

// The check: so many fields a side, each of so many pixels, for JPEG blurs colours over 16 of them.
const FIELDS = 4;
const FIELD = 16;
// What JPEG changes of a plain colour, and what browsers add to be hard to recognise (a level or
// two, as Brave does): neither harms a face. Those that lie answer with one colour, or with noise.
const TOLERANCE = 24;

// EXIF 2.32, table 6: how stored pixels become displayed ones of so many across and down, as the
// matrices of canvases.
/** @type {Record<number, (across: number, down: number) => DOMMatrix2DInit>} */
const TURNS = {
  2: (across) => ({ a: -1, e: across }),
  3: (across, down) => ({ a: -1, d: -1, e: across, f: down }),
  4: (_, down) => ({ d: -1, f: down }),
  5: () => ({ a: 0, b: 1, c: 1, d: 0 }),
  6: (across) => ({ a: 0, b: 1, c: -1, d: 0, e: across }),
  7: (across, down) => ({ a: 0, b: -1, c: -1, d: 0, e: across, f: down }),
  8: (_, down) => ({ a: 0, b: -1, c: 1, d: 0, f: down }),
};

/**
 * A picture on a canvas, made smaller if it is large, and turned.
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 * @param {{ longest?: number, orientation?: number }} [how]
 */
export function drawn(source, width, height, { longest = LONGEST, orientation = 1 } = {}) {
  const scale = Math.min(1, longest / Math.max(width, height));
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const size = orientation < 5 ? [across, down] : [down, across];
  const { canvas, context } = blank(size[0], size[1]);
  if (!context) return canvas;
  context.imageSmoothingQuality = "high";
  // JPEG knows no transparency: without this it would come out black.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(TURNS[orientation]?.(canvas.width, canvas.height));
  context.drawImage(source, 0, 0, across, down);
  return canvas;
}

/**
 * As a JPEG of at most so many bytes, or of as few as a face can be found in; null where the browser
 * would write something else.
 * @param {HTMLCanvasElement} image
 * @returns {Promise<Blob | null>}
 */
export async function encoded(image, most = Infinity) {
  if (!(await isHonest())) return null;
  let blob = await written(image);
  const { width, height } = image;
  for (let longest = Math.max(width, height) * STEP; longest >= SHORTEST; longest *= STEP) {
    if (!blob || blob.size <= most) break;
    blob = await written(drawn(image, width, height, { longest }));
  }
  return blob;
}

/** @type {Promise<boolean> | null} */
let honesty = null;

/**
 * Whether a canvas gives back what was drawn on it; asked once. Browsers that resist fingerprinting
 * (Tor Browser, LibreWolf) give back something else, and say nothing.
 */
export function isHonest() {
  honesty ??= check().catch(() => false);
  return honesty;
}

/** Draws known colours, and looks at them after the way that a photo goes. */
async function check() {
  const side = FIELDS * FIELD;
  const { canvas, context } = blank(side, side);
  const colours = Array.from({ length: FIELDS ** 2 }, (_, place) => colourOf(place));
  colours.forEach((colour, place) => {
    if (!context) return;
    context.fillStyle = `rgb(${colour.join()})`;
    context.fillRect(...cornerOf(place), FIELD, FIELD);
  });
  const blob = await written(canvas);
  if (!blob) return false;
  const { context: copy } = blank(side, side);
  copy?.drawImage(await createImageBitmap(blob), 0, 0);
  const pixels = copy?.getImageData(0, 0, side, side).data ?? [];
  return colours.every((colour, place) => {
    const [x, y] = cornerOf(place);
    const middle = 4 * ((y + FIELD / 2) * side + x + FIELD / 2);
    return colour.every((level, n) => Math.abs(level - pixels[middle + n]) <= TOLERANCE);
  });
}

/** All over the colours, none like its neighbours. @param {number} place */
const colourOf = (place) => [41, 97, 157].map((step) => (place * step + step) % 256);

/**
 * @param {number} place
 * @returns {[number, number]}
 */
const cornerOf = (place) => [(place % FIELDS) * FIELD, Math.floor(place / FIELDS) * FIELD];

/**
 * @param {number} width
 * @param {number} height
 */
function blank(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return { canvas, context: canvas.getContext("2d") };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob | null>}
 */
function written(canvas) {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
