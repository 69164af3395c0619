// Decides how a place is drawn: shape and colour of its side, hatched where contested, hollow where stale.

import { CONTESTED, HELD, UNKNOWN, UNSAID } from "./atlas.js";

/** Whether the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** A colour that the style sheet names. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The colour of a side on the page as it is. */
export function colourOf(actor) {
  return actor ? (isDark() ? actor.dark : actor.colour) : colour("--strong");
}

/** The outline of a shape around a point. */
export function outline(context, shape, x, y, r) {
  context.beginPath();
  if (shape === "square") context.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
  else if (shape === "triangle") polygon(context, x, y + r * 0.12, [[0, -r * 1.12], [r * 1.05, r * 0.8], [-r * 1.05, r * 0.8]]);
  else if (shape === "diamond") polygon(context, x, y, [[0, -r * 1.2], [r * 1.1, 0], [0, r * 1.2], [-r * 1.1, 0]]);
  else if (shape === "cross") polygon(context, x, y, turned(plus(r * 1.1, r * 0.42)));
  else if (shape === "plus") polygon(context, x, y, plus(r * 1.1, r * 0.42));
  else if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  else polygon(context, x, y, [0, 1, 2, 3, 4, 5].map((i) => [r * Math.sin(i * Math.PI / 3), -r * Math.cos(i * Math.PI / 3)]));
  context.closePath();
}

function plus(r, w) {
  return [[-w, -r], [w, -r], [w, -w], [r, -w], [r, w], [w, w], [w, r], [-w, r], [-w, w], [-r, w], [-r, -w], [-w, -w]];
}

function turned(points) {
  return points.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);
}

function polygon(context, x, y, points) {
  points.forEach(([dx, dy], i) => (i ? context.lineTo(x + dx, y + dy) : context.moveTo(x + dx, y + dy)));
}

/** One mark. */
export function drawMark(context, actor, { status, stale }, x, y, r) {
  if (status === UNKNOWN || status === UNSAID) {
    context.beginPath();
    context.arc(x, y, Math.max(1.6, r * 0.42), 0, 2 * Math.PI);
    context.fillStyle = status === UNKNOWN ? colour("--strong") : colour("--ground");
    context.strokeStyle = colour("--strong");
    context.lineWidth = 1;
    context.fill();
    context.stroke();
    return;
  }
  const fill = colourOf(actor);
  const ground = colour("--raised");
  context.lineJoin = "round";
  outline(context, actor?.shape, x, y, r);
  context.lineWidth = Math.min(3, r * 0.75);
  context.strokeStyle = ground;
  context.stroke();
  if (status === HELD && !stale) {
    context.fillStyle = fill;
    context.fill();
    return;
  }
  context.fillStyle = ground;
  context.fill();
  if (status === CONTESTED) hatched(context, fill, x, y, r);
  outline(context, actor?.shape, x, y, r - 0.6);
  context.lineWidth = Math.max(1.4, r * 0.3);
  context.strokeStyle = fill;
  context.stroke();
}

function hatched(context, fill, x, y, r) {
  context.save();
  context.clip();
  context.beginPath();
  for (let d = -2 * r; d <= 2 * r; d += Math.max(2.4, r * 0.55)) {
    context.moveTo(x + d - r * 1.3, y + r * 1.3);
    context.lineTo(x + d + r * 1.3, y - r * 1.3);
  }
  context.lineWidth = Math.max(1.1, r * 0.22);
  context.strokeStyle = fill;
  context.stroke();
  context.restore();
}

const pictures = new Map();

/** A small picture of a mark, for legends and lists. A canvas for each would be drawn anew with every frame. */
export function markPicture(actor, { status, stale }) {
  const key = `${actor?.shape} ${colourOf(actor)} ${status} ${stale} ${isDark()}`;
  let address = pictures.get(key);
  if (!address) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 36;
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    drawMark(context, actor, { status, stale }, 9, 9, 6);
    address = canvas.toDataURL();
    pictures.set(key, address);
  }
  const picture = document.createElement("img");
  picture.src = address;
  picture.alt = "";
  picture.className = "mark";
  picture.width = picture.height = 18;
  return picture;
}
