// Decides which places are named on the map: the great and much spoken of first, none upon another.

const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Arabic', sans-serif";
const LABELLED = 140;
const CELL = 64;
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** The labels of a view, placed anew when it changes; the marks of places that are named keep free, too. */
export class Labels {
  constructor(atlas, order) {
    this._atlas = atlas;
    this._order = order;
    this._widths = new Map();
  }

  /** Where labels go: {place, x, y, rtl}. `always` are named whatever is in the way. */
  place(context, view, world, radius, always, covered) {
    context.font = FONT;
    const taken = new Map();
    const found = [];
    for (const box of covered) take(taken, box);
    for (const place of this._order.slice(0, LABELLED)) {
      const [x, y] = [view.screenX(world.x[place]), view.screenY(world.y[place])];
      if (!(x < 0 || y < 0 || x > view.width || y > view.height)) take(taken, [x - radius, y - radius, x + radius, y + radius]);
    }
    for (const [i, place] of [...always, ...this._order].entries()) {
      if (found.length >= LABELLED) break;
      if (i >= always.length && always.includes(place)) continue;
      const x = view.screenX(world.x[place]);
      const y = view.screenY(world.y[place]);
      if (x < -20 || y < 0 || x > view.width + 20 || y > view.height || Number.isNaN(x)) continue;
      const name = this._atlas.names[place];
      const width = this._width(context, name);
      const rtl = RTL.test(name);
      const spot = spots(width, radius + (i < always.length ? 9 : 4), rtl).find(([dx, dy]) => x + dx >= 2 && x + dx + width <= view.width - 2 && !hits(taken, box(x + dx, y + dy, width)));
      if (!spot && !always.includes(place)) continue;
      const [dx, dy] = spot ?? [radius + 4, 0];
      take(taken, box(x + dx, y + dy, width));
      found.push({ place, name, dx, dy, rtl });
    }
    return found;
  }

  /** Draw labels with a rim, so that they are read on anything. */
  draw(context, view, world, labels, ink, rim, dimmed) {
    context.font = FONT;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = rim;
    context.fillStyle = ink;
    for (const { place, name, dx, dy, rtl } of labels) {
      if (dimmed?.(place)) continue;
      context.direction = rtl ? "rtl" : "ltr";
      context.textAlign = rtl ? "right" : "left";
      const x = view.screenX(world.x[place]) + dx + (rtl ? this._width(context, name) : 0);
      const y = view.screenY(world.y[place]) + dy;
      context.strokeText(name, x, y);
      context.fillText(name, x, y);
    }
  }

  _width(context, name) {
    let width = this._widths.get(name);
    if (width === undefined) {
      width = context.measureText(name).width;
      this._widths.set(name, width);
    }
    return width;
  }
}

/** Where a label may stand about its mark, best first: its left edge and its middle. */
function spots(width, gap, rtl) {
  const right = [gap, 0];
  const left = [-gap - width, 0];
  return [...(rtl ? [left, right] : [right, left]), [-width / 2, -gap - 7], [-width / 2, gap + 7]];
}

function box(left, middle, width) {
  return [left - 2, middle - 8, left + width + 2, middle + 8];
}

function cells([left, top, right, bottom]) {
  const found = [];
  for (let i = Math.floor(left / CELL); i <= Math.floor(right / CELL); i += 1) {
    for (let j = Math.floor(top / CELL); j <= Math.floor(bottom / CELL); j += 1) found.push(i * 4096 + j);
  }
  return found;
}

function hits(taken, box) {
  return cells(box).some((cell) => (taken.get(cell) ?? []).some((other) =>
    box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]));
}

function take(taken, box) {
  for (const cell of cells(box)) {
    if (!taken.has(cell)) taken.set(cell, []);
    taken.get(cell).push(box);
  }
}
