// @ts-check
/**
 * One face becomes another: the points of both meshes meet on the way, and what lies between three
 * of them is stretched along, while one picture fades into the other.
 */

import { triangulated } from "./triangles.js";

/** @typedef {import("./triangles.js").Point} Point */
/** @typedef {import("./triangles.js").Triangle} Triangle */
/**
 * A square picture of a face.
 * @typedef {object} Square
 * @property {CanvasImageSource} image
 * @property {Point[]} points of its mesh, in sides of the square
 */
/** @typedef {{ pixels: Uint8ClampedArray, points: Point[] }} Drawn */

/** Pixels a side: as many as a phone computes 20 times a second. */
export const SIDE = 480;
// Points on each edge of the square, which stay where they are, and the least distance of a face's
// own from it.
const ON_EDGE = 4;
const INSIDE = 2;

export class Blend {
  #canvas = document.createElement("canvas");
  #context;
  #image;

  /**
   * @param {Square} one
   * @param {Square} other
   */
  constructor(one, other) {
    this.#canvas.width = this.#canvas.height = SIDE;
    this.#context = /** @type {CanvasRenderingContext2D} */ (
      this.#canvas.getContext("2d", { willReadFrequently: true })
    );
    this.#image = this.#context.createImageData(SIDE, SIDE);
    this.one = this.#drawn(one);
    this.other = this.#drawn(other);
    // Of the points half way: there no triangle lies over another, and at both ends it shows not.
    this.triangles = triangulated(this.#between(0.5));
  }

  /** @param {number} share 0: the one, 1: the other @returns {HTMLCanvasElement} */
  at(share) {
    const points = this.#between(share);
    for (const corners of this.triangles) this.#fill(corners, points, share);
    this.#context.putImageData(this.#image, 0, 0);
    return this.#canvas;
  }

  /** @param {Square} square @returns {Drawn} */
  #drawn({ image, points }) {
    this.#context.drawImage(image, 0, 0, SIDE, SIDE);
    const { data } = this.#context.getImageData(0, 0, SIDE, SIDE);
    const inside = (/** @type {number} */ value) =>
      Math.min(Math.max(value * SIDE, INSIDE), SIDE - INSIDE);
    const own = points.map(([x, y]) => /** @type {Point} */ ([inside(x), inside(y)]));
    return { pixels: data, points: [...own, ...edge()] };
  }

  /** @param {number} share @returns {Point[]} */
  #between(share) {
    return this.one.points.map(([x, y], place) => {
      const [toX, toY] = this.other.points[place];
      return [x + (toX - x) * share, y + (toY - y) * share];
    });
  }

  /**
   * @param {Triangle} corners
   * @param {Point[]} points where they are now
   * @param {number} share
   */
  #fill(corners, points, share) {
    const here = corners.map((corner) => points[corner]);
    const from = affine(here, corners.map((corner) => this.one.points[corner]));
    const to = affine(here, corners.map((corner) => this.other.points[corner]));
    if (!from || !to) return;
    const top = Math.max(0, Math.ceil(Math.min(...here.map(([, y]) => y)) - 0.5));
    const bottom = Math.min(SIDE - 1, Math.floor(Math.max(...here.map(([, y]) => y)) - 0.5));
    for (let y = top; y <= bottom; y += 1) {
      const [left, right] = reach(here, y + 0.5);
      const first = Math.max(0, Math.ceil(left - 0.5));
      const last = Math.min(SIDE - 1, Math.floor(right - 0.5));
      this.#row(first, last, y, from, to, share);
    }
  }

  /**
   * @param {number} first
   * @param {number} last
   * @param {number} y
   * @param {Affine} from
   * @param {Affine} to
   * @param {number} share
   */
  #row(first, last, y, from, to, share) {
    const { data } = this.#image;
    const [one, other] = [this.one.pixels, this.other.pixels];
    for (let x = first; x <= last; x += 1) {
      const place = (y * SIDE + x) * 4;
      put(data, place, one, along(from, 0, x, y), along(from, 3, x, y), 1);
      put(data, place, other, along(to, 0, x, y), along(to, 3, x, y), share);
    }
  }
}

/** @typedef {[number, number, number, number, number, number]} Affine x and y of (x, y, 1) */

/**
 * The map that takes three points to three others; null where they lie in one line.
 * @param {Point[]} here
 * @param {Point[]} there
 * @returns {Affine | null}
 */
function affine([a, b, c], [p, q, r]) {
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]];
  const area = ux * vy - uy * vx;
  if (Math.abs(area) < 1e-9) return null;
  const along = (/** @type {0 | 1} */ axis) => {
    const [du, dv] = [q[axis] - p[axis], r[axis] - p[axis]];
    const [x, y] = [(du * vy - dv * uy) / area, (dv * ux - du * vx) / area];
    return [x, y, p[axis] - x * a[0] - y * a[1]];
  };
  return /** @type {Affine} */ ([...along(0), ...along(1)]);
}

/**
 * From where to where a triangle reaches at a height.
 * @param {Point[]} corners
 * @param {number} y
 */
function reach(corners, y) {
  let [left, right] = [Infinity, -Infinity];
  for (let n = 0; n < 3; n += 1) {
    const [[ax, ay], [bx, by]] = [corners[n], corners[(n + 1) % 3]];
    if (ay === by || (ay < y && by < y) || (ay > y && by > y)) continue;
    const x = ax + ((bx - ax) * (y - ay)) / (by - ay);
    [left, right] = [Math.min(left, x), Math.max(right, x)];
  }
  return [left, right];
}

/**
 * Where a pixel of the square is in a picture, kept to where others are to its right and below.
 * @param {Affine} map
 * @param {0 | 3} axis across or down
 * @param {number} x
 * @param {number} y
 */
function along(map, axis, x, y) {
  const there = map[axis] * (x + 0.5) + map[axis + 1] * (y + 0.5) + map[axis + 2] - 0.5;
  return there < 0 ? 0 : there > SIDE - 1.001 ? SIDE - 1.001 : there;
}

/**
 * Lay a share of what a picture shows between its pixels over one pixel.
 * @param {Uint8ClampedArray} data
 * @param {number} place
 * @param {Uint8ClampedArray} pixels
 * @param {number} x
 * @param {number} y
 * @param {number} share
 */
function put(data, place, pixels, x, y, share) {
  const [left, top] = [x | 0, y | 0];
  const [right, down] = [x - left, y - top];
  const above = (top * SIDE + left) * 4;
  const below = above + SIDE * 4;
  for (let n = 0; n < 3; n += 1) {
    const upper = pixels[above + n] + (pixels[above + 4 + n] - pixels[above + n]) * right;
    const lower = pixels[below + n] + (pixels[below + 4 + n] - pixels[below + n]) * right;
    const value = upper + (lower - upper) * down;
    data[place + n] += (value - data[place + n]) * share;
  }
  data[place + 3] = 255;
}

/** Points around the square. @returns {Point[]} */
function edge() {
  const steps = Array.from({ length: ON_EDGE }, (_, step) => (step * SIDE) / ON_EDGE);
  return steps.flatMap((step) => [
    [step, 0],
    [SIDE, step],
    [SIDE - step, SIDE],
    [0, SIDE - step],
  ]);
}
