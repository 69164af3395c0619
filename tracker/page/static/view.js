// Decides which part of the world is seen: Web Mercator, a centre and a scale.

/** Longitude as a share of the world's width. */
export function across(lon) {
  return lon / 360 + 0.5;
}

/** Latitude as a share of the world's height, from the north. */
export function down(lat) {
  const held = Math.max(-85.05, Math.min(85.05, lat)) * Math.PI / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + held / 2)) / (2 * Math.PI);
}

const FARTHEST = 400;
const CLOSEST = 2 ** 24;
const CIRCUMFERENCE = 40075.017;

/** What is seen: `scale` is the width of the whole world in pixels. */
export class View {
  constructor() {
    this.x = 0.5;
    this.y = 0.5;
    this.scale = FARTHEST;
    this.width = 1;
    this.height = 1;
  }

  /** Show some points whole, with room around them (left, top, right, bottom); returns whether there were any. */
  fit(xs, ys, [west, north, east, south] = [48, 48, 48, 48]) {
    if (!xs.length) return false;
    const [left, right] = [least(xs), greatest(xs)];
    const [top, bottom] = [least(ys), greatest(ys)];
    const [wide, high] = [Math.max(this.width - west - east, 80), Math.max(this.height - north - south, 80)];
    this.scale = within(Math.min(wide / Math.max(right - left, 4e-4), high / Math.max(bottom - top, 4e-4)));
    this.x = (left + right) / 2 - (west - east) / 2 / this.scale;
    this.y = (top + bottom) / 2 - (north - south) / 2 / this.scale;
    return true;
  }

  /** Where a point of the world is on the screen. */
  screenX(x) { return (x - this.x) * this.scale + this.width / 2; }
  screenY(y) { return (y - this.y) * this.scale + this.height / 2; }
  worldX(px) { return (px - this.width / 2) / this.scale + this.x; }
  worldY(py) { return (py - this.height / 2) / this.scale + this.y; }

  /** Zoom so that what is under a point stays there. */
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = [this.worldX(px), this.worldY(py)];
    this.scale = within(this.scale * factor);
    this.x = x - (px - this.width / 2) / this.scale;
    this.y = y - (py - this.height / 2) / this.scale;
  }

  /** Move by pixels. */
  pan(dx, dy) {
    this.x = Math.min(1, Math.max(0, this.x - dx / this.scale));
    this.y = Math.min(1, Math.max(0, this.y - dy / this.scale));
  }

  /** A round length for a scale bar about so many pixels wide: km, and the pixels it takes. */
  bar(pixels = 110) {
    const lat = (Math.atan(Math.exp((0.5 - this.y) * 2 * Math.PI)) - Math.PI / 4) * 2;
    const km = CIRCUMFERENCE * Math.cos(lat) / this.scale;
    const rough = km * pixels;
    const base = 10 ** Math.floor(Math.log10(rough));
    const round = [5, 2, 1].map((n) => n * base).find((n) => n <= rough) ?? base;
    return { km: round, pixels: round / km };
  }
}

function within(scale) {
  return Math.min(CLOSEST, Math.max(FARTHEST, scale));
}

function least(values) {
  return values.reduce((a, b) => (a < b ? a : b));
}

function greatest(values) {
  return values.reduce((a, b) => (a > b ? a : b));
}
