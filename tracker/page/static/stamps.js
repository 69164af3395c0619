// Decides how tens of thousands of marks are drawn in a frame: each kind once, then copied pixel by pixel.
// A canvas that draws small pictures needs some ten times as long for it.

import { drawMark } from "./marks.js";

const OPAQUE = 250;
const FAINT = 0.18;

/** A picture of pixels with a margin, so that a mark at its edge needs no clipping. `scale`: pixels per CSS pixel. */
export class Pixels {
  constructor(width, height, scale, margin) {
    this.scale = scale;
    this.margin = margin;
    this.width = Math.ceil(width * scale) + 2 * margin;
    this.height = Math.ceil(height * scale) + 2 * margin;
    this.image = new ImageData(this.width, this.height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.bytes = new Uint8Array(this.image.data.buffer);
    this._base = new Uint32Array(this.words.length);
  }

  /** Take what lies below the marks from a canvas of the same size without the margin. */
  ground(context) {
    const { width, height, margin } = this;
    const drawn = context.getImageData(0, 0, width - 2 * margin, height - 2 * margin);
    const words = new Uint32Array(drawn.data.buffer);
    const row = width - 2 * margin;
    for (let y = 0; y < height - 2 * margin; y += 1) this._base.set(words.subarray(y * row, (y + 1) * row), (y + margin) * width + margin);
  }

  /** Begin a frame. */
  clear() {
    this.words.set(this._base);
  }

  /** Copy a stamp to a place, given in CSS pixels. It must lie within the margin. */
  stamp({ offsets, colours, edge, reds, greens, blues, left }, x, y) {
    const { words, bytes } = this;
    const at = (Math.round(y * this.scale) + this.margin) * this.width + Math.round(x * this.scale) + this.margin;
    for (let i = 0; i < offsets.length; i += 1) words[at + offsets[i]] = colours[i];
    for (let i = 0; i < edge.length; i += 1) {
      const byte = (at + edge[i]) * 4;
      const under = left[i];
      bytes[byte] = (bytes[byte] * under + reds[i]) >> 8;
      bytes[byte + 1] = (bytes[byte + 1] * under + greens[i]) >> 8;
      bytes[byte + 2] = (bytes[byte + 2] * under + blues[i]) >> 8;
    }
  }

  /** Show the frame. */
  show(context) {
    context.putImageData(this.image, -this.margin, -this.margin);
  }
}

/** The marks of some actors in one size, each drawn when it is first needed, as pixels of a picture. */
export class Stamps {
  constructor(actors, radius, pixels) {
    this.radius = radius;
    this.pixels = pixels;
    this._actors = actors;
    this._made = [];
  }

  /** How far a stamp of a radius reaches, in pixels of the screen. */
  static reach(radius, scale) {
    return Math.ceil((radius * 1.3 + 3) * scale) + 1;
  }

  /** The stamp of a reading. */
  of(status, side, stale, faint) {
    const key = ((side + 1) * 8 + status * 2 + (stale ? 1 : 0)) * 2 + (faint ? 1 : 0);
    return this._made[key] ??= this._drawn(status, side, stale, faint);
  }

  _drawn(status, side, stale, faint) {
    const { scale, width } = this.pixels;
    const half = Stamps.reach(this.radius, scale);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * half;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.scale(scale, scale);
    drawMark(context, this._actors[side], { status, stale: stale === 1 }, half / scale, half / scale, this.radius);
    const { data } = context.getImageData(0, 0, 2 * half, 2 * half);
    const words = new Uint32Array(data.buffer);
    const found = { offsets: [], colours: [], edge: [], reds: [], greens: [], blues: [], left: [] };
    for (let i = 0; i < words.length; i += 1) {
      const alpha = data[i * 4 + 3];
      if (!alpha) continue;
      const offset = (Math.floor(i / (2 * half)) - half) * width + (i % (2 * half)) - half;
      if (alpha >= OPAQUE && !faint) {
        found.offsets.push(offset);
        found.colours.push(words[i] | 0xff000000);
      } else {
        found.edge.push(offset);
        const share = Math.round(alpha / 255 * (faint ? FAINT : 1) * 256);
        found.reds.push(data[i * 4] * share);
        found.greens.push(data[i * 4 + 1] * share);
        found.blues.push(data[i * 4 + 2] * share);
        found.left.push(256 - share);
      }
    }
    return {
      offsets: Int32Array.from(found.offsets), colours: Uint32Array.from(found.colours), edge: Int32Array.from(found.edge),
      reds: Uint16Array.from(found.reds), greens: Uint16Array.from(found.greens), blues: Uint16Array.from(found.blues), left: Uint16Array.from(found.left),
    };
  }
}
