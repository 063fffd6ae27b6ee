// @ts-check
/** Faces turned and scaled so that everybody's eyes, nose and mouth lie in the same places. */

/** @typedef {import("./api.js").Landmarks} Landmarks */
/** @typedef {import("./api.js").Photo} Photo */
/** @typedef {import("./picture.js").Picture} Picture */

// Where ArcFace puts the five landmarks in a crop of 112 (`TEMPLATE` in faces/align.py).
const TEMPLATE = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];
export const CROP = 112;
/** Room around the crop on every side, in sides of it: a head is larger than a face. */
export const MARGIN = 0.35;

/**
 * The aligned face on a square canvas; null when the browser could not decode the photo.
 * @param {Picture} picture
 * @param {Photo} photo what the landmarks refer to
 * @param {Landmarks} landmarks
 * @param {number} side in pixels
 * @returns {HTMLCanvasElement | null}
 */
export function alignedFace(picture, photo, landmarks, side = 640) {
  if (!picture.image) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context) return null;
  // Photos that were kept are smaller than what the landmarks refer to.
  const scale = photo.width / picture.image.width;
  const { a, b, x, y } = towardsTemplate(five(landmarks), side);
  context.imageSmoothingQuality = "high";
  drawSurroundings(context, picture.image, side);
  context.setTransform(a * scale, b * scale, -b * scale, a * scale, x, y);
  context.drawImage(picture.image, 0, 0);
  return canvas;
}

/**
 * Points of a photo as they lie in the aligned face, in sides of its square.
 * @param {Landmarks} landmarks
 * @param {[number, number][]} points
 * @returns {[number, number][]}
 */
export function alignedPoints(landmarks, points) {
  const { a, b, x, y } = towardsTemplate(five(landmarks), 1);
  return points.map(([px, py]) => [a * px - b * py + x, b * px + a * py + y]);
}

/** @param {Landmarks} landmarks */
const five = ({ left_eye, right_eye, nose, mouth_left, mouth_right }) =>
  [left_eye, right_eye, nose, mouth_left, mouth_right].map(({ x, y }) => [x, y]);

/**
 * What the photo does not show is filled with its own colours.
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} image
 * @param {number} side
 */
function drawSurroundings(context, image, side) {
  const cover = (side * 1.2) / Math.min(image.width, image.height);
  const [width, height] = [image.width * cover, image.height * cover];
  context.filter = `blur(${side / 14}px)`;
  context.drawImage(image, (side - width) / 2, (side - height) / 2, width, height);
  context.filter = "none";
}

/**
 * The turn, scale and shift that bring points nearest to the template. As complex numbers it is
 * z -> (a + bi) z + (x + yi), whose least squares solution is closed.
 * @param {number[][]} points
 * @param {number} side
 */
export function towardsTemplate(points, side) {
  const unit = side / (CROP * (1 + 2 * MARGIN));
  const goals = TEMPLATE.map(([x, y]) => [(x + MARGIN * CROP) * unit, (y + MARGIN * CROP) * unit]);
  const [fromX, fromY] = middle(points);
  const [toX, toY] = middle(goals);
  let [dot, cross, square] = [0, 0, 0];
  points.forEach(([x, y], place) => {
    const [zx, zy] = [x - fromX, y - fromY];
    const [wx, wy] = [goals[place][0] - toX, goals[place][1] - toY];
    dot += zx * wx + zy * wy;
    cross += zx * wy - zy * wx;
    square += zx * zx + zy * zy;
  });
  const [a, b] = [dot / (square || 1), cross / (square || 1)];
  return { a, b, x: toX - a * fromX + b * fromY, y: toY - b * fromX - a * fromY };
}

/** @param {number[][]} points */
function middle(points) {
  const sum = (/** @type {number} */ axis) => points.reduce((all, point) => all + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}
