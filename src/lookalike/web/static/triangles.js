// @ts-check
/** Points -> triangles between them, as round as they can be (Delaunay, by Bowyer and Watson, 1981). */

/** @typedef {[number, number]} Point */
/** @typedef {[number, number, number]} Triangle of places among the points */
/** @typedef {{ corners: Triangle, x: number, y: number, square: number }} Circled */

/**
 * @param {Point[]} points
 * @returns {Triangle[]}
 */
export function triangulated(points) {
  const all = [...points.map(nudged), ...around(points)];
  const [a, b, c] = [points.length, points.length + 1, points.length + 2];
  let circled = [circle(all, [a, b, c])];
  for (const place of points.keys()) circled = withPoint(circled, all, place);
  return circled
    .map(({ corners }) => corners)
    .filter((corners) => corners.every((corner) => corner < points.length));
}

/**
 * No two points lie on one another, as lips do that are closed: moved by a thousandth of what is
 * between neighbours, the same way every time.
 * @param {Point} point
 * @param {number} place
 * @returns {Point}
 */
const nudged = ([x, y], place) => [x + Math.sin(place) * 1e-3, y + Math.cos(place * 1.7) * 1e-3];

/**
 * A triangle that holds all of them by far.
 * @param {Point[]} points
 * @returns {Point[]}
 */
function around(points) {
  const reach = 50 * (1 + Math.max(...points.flat().map(Math.abs)));
  return [
    [-reach, -reach],
    [reach, -reach],
    [0, 2 * reach],
  ];
}

/**
 * What lies around a new point is taken out, and joined to it anew.
 * @param {Circled[]} circled
 * @param {Point[]} points
 * @param {number} place
 */
function withPoint(circled, points, place) {
  const [x, y] = points[place];
  const inside = (/** @type {Circled} */ each) =>
    (each.x - x) ** 2 + (each.y - y) ** 2 < each.square;
  /** @type {Map<string, [number, number]>} edges of the hole; those between two go twice */
  const edges = new Map();
  const kept = [];
  for (const each of circled) {
    if (inside(each)) for (const edge of sides(each.corners)) toggle(edges, edge);
    else kept.push(each);
  }
  for (const [from, to] of edges.values()) kept.push(circle(points, [from, to, place]));
  return kept;
}

/**
 * @param {Triangle} corners
 * @returns {[number, number][]}
 */
const sides = ([a, b, c]) => [
  [a, b],
  [b, c],
  [c, a],
];

/**
 * @param {Map<string, [number, number]>} edges
 * @param {[number, number]} edge
 */
function toggle(edges, edge) {
  const key = edge[0] < edge[1] ? `${edge[0]} ${edge[1]}` : `${edge[1]} ${edge[0]}`;
  if (!edges.delete(key)) edges.set(key, edge);
}

/**
 * A triangle with the circle through its corners.
 * @param {Point[]} points
 * @param {Triangle} corners
 * @returns {Circled}
 */
function circle(points, corners) {
  const [[ax, ay], [bx, by], [cx, cy]] = corners.map((corner) => points[corner]);
  const twice = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by)) || 1e-12;
  const [a, b, c] = [ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy];
  const x = (a * (by - cy) + b * (cy - ay) + c * (ay - by)) / twice;
  const y = (a * (cx - bx) + b * (ax - cx) + c * (bx - ax)) / twice;
  return { corners, x, y, square: (ax - x) ** 2 + (ay - y) ** 2 };
}
