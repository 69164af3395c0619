// Decides how the map is drawn and touched: outlines below, stamped marks, labels, and what is under the pointer.

import { CONTESTED, UNKNOWN, UNSAID } from "./atlas.js";
import { bdi, h, refill } from "./dom.js";
import { Labels } from "./labels.js";
import { colour } from "./marks.js";
import { Pixels, Stamps } from "./stamps.js";
import { View, across, down } from "./view.js";

const REACH = 14;
const MANY = 50;

/** The map. `on` is told: pick(place), settled(). */
export class WorldMap {
  constructor(on) {
    this._on = on;
    this.view = new View();
    this.canvas = h("canvas", {
      tabindex: "0", role: "application", "aria-roledescription": "map",
      "aria-label": "Map of places. Arrow keys move, plus and minus zoom, n and p go from place to place, Enter opens, 0 shows everything.",
    });
    this._tip = h("div", { id: "tip", hidden: true });
    this._said = h("p", { class: "hidden-but-said", "aria-live": "polite" });
    const button = (label, text, act) => h("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
    this.element = h("section", { id: "map", "aria-label": "Map" }, this.canvas, this._tip, this._said,
      h("div", { class: "zoom" },
        button("Zoom in", "+", () => this._zoom(1.6)), button("Zoom out", "−", () => this._zoom(1 / 1.6)),
        button("Show everything", "⤢", () => this.fit())));
    this._atlas = null;
    this._lines = [];
    this._world = { x: new Float64Array(0), y: new Float64Array(0) };
    this._order = [];
    this._placed = null;
    this._stamps = null;
    this._due = false;
    this._fitted = false;
    this.picked = null;
    this._under = null;
    this._only = null;
    this._listen();
    new ResizeObserver(() => this._resize()).observe(this.element);
  }

  /** Show another map document; the view stays where it is once it was fitted. */
  show(atlas) {
    this._atlas = atlas;
    this._point(null); // its number may be another place's now
    this._world = {
      x: Float64Array.from(atlas.lon, across),
      y: Float64Array.from(atlas.lat, down),
    };
    const weight = Float64Array.from(atlas.claims, (claims, i) => 2 * Math.log10((atlas.population[i] ?? 0) + 1000) + Math.log2(1 + claims));
    this._order = atlas.drawn().sort((a, b) => weight[b] - weight[a]);
    this._labels = new Labels(atlas, this._order.slice(0, 4000));
    this._stamps = null;
    this._placed = null;
    if (!this._fitted && this.view.width > 1) this.fit(false);
    this.draw();
  }

  /** The bounds of the places in degrees (west, south, east, north), or null where none has coordinates. */
  bounds() {
    if (!this._order.length) return null;
    const { lat, lon } = this._atlas;
    const found = [Infinity, Infinity, -Infinity, -Infinity];
    for (const i of this._order) {
      found[0] = Math.min(found[0], lon[i]);
      found[1] = Math.min(found[1], lat[i]);
      found[2] = Math.max(found[2], lon[i]);
      found[3] = Math.max(found[3], lat[i]);
    }
    return found;
  }

  /** Take outlines, as the server or the file has them. */
  outlines(outlines) {
    this._lines = [["regions", "--faint", []], ["borders", "--outline", []], ["coast", "--outline", []], ["disputed", "--outline", [4, 4]]]
      .map(([name, ink, dash]) => ({ ink, dash, heavy: name === "borders", path: pathOf(outlines[name] ?? []) }));
    this._grounded = null;
    this.draw();
  }

  /** Draw only some places as usual, the others faintly; null: all. */
  only(places) {
    if (!places && !this._only) return;
    this._only = places;
    this.draw();
  }

  /** Show where the places are: all of them, or at first all but a few that lie far off. */
  fit(whole = true) {
    const { width } = this.view;
    const room = width > 800 ? [Math.min(280, width / 4), 64, 130, 56] : [40, 64, 90, 72];
    const [xs, ys] = [this._world.x, this._world.y].map((all) => this._order.map((i) => all[i]).sort((a, b) => a - b));
    const few = whole || xs.length < MANY ? 0 : Math.ceil(xs.length / 100);
    this._fitted = this.view.fit(xs.slice(few, xs.length - few), ys.slice(few, ys.length - few), room);
    this._moved();
  }

  /** Bring a place into sight, if it is not. */
  reveal(place) {
    const [x, y] = [this._world.x[place], this._world.y[place]];
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    const [px, py] = [this.view.screenX(x), this.view.screenY(y)];
    if (px > 40 && py > 40 && px < this.view.width - 40 && py < this.view.height - 40) return;
    this.view.x = x;
    this.view.y = y;
    this._moved();
  }

  /** Mark a place as the one that is open. */
  pick(place) {
    if (place !== this.picked) this._placed = null;
    this.picked = place;
    this.draw();
  }

  /** Forget what was drawn for other colours. */
  recolour() {
    this._stamps = this._grounded = null;
    this.draw();
  }

  /** Draw before the next frame. */
  draw() {
    if (this._due) return;
    this._due = true;
    requestAnimationFrame(() => {
      this._due = false;
      this._draw();
      this._on.drawn?.();
    });
  }

  _draw() {
    const { canvas, view, _atlas: atlas } = this;
    if (view.width < 2) return;
    const scale = devicePixelRatio || 1;
    const radius = Math.round(this._radius() * 2) / 2;
    this._prepare(scale, radius);
    const context = this._context ??= canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    context.setTransform(1, 0, 0, 1, 0, 0);
    this._pixels.clear();
    if (atlas) this._drawMarks();
    this._pixels.show(context);
    if (!atlas) return;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const ink = colour("--ink");
    const rim = colour("--raised");
    const always = [this.picked, this._under].filter((one) => one !== null && one !== undefined);
    this._placed ??= this._labels.place(context, view, this._world, radius, always, this._covered());
    this._labels.draw(context, view, this._world, this._placed, ink, rim, this._only && ((place) => !this._only.has(place)));
    if (this.picked !== null && this.picked !== undefined) this._ring(context, this.picked);
    this._drawBar(context, ink, rim);
  }

  /** What lies below the marks, and the marks of a size: both kept until the view, the size or the colours change. */
  _prepare(scale, radius) {
    const { view } = this;
    const margin = Stamps.reach(radius, scale);
    if (!this._pixels || this._pixels.scale !== scale || this._pixels.margin !== margin || this._pixels.of !== `${view.width} ${view.height}`) {
      this._pixels = new Pixels(view.width, view.height, scale, margin);
      this._pixels.of = `${view.width} ${view.height}`;
      this._stamps = null;
      this._grounded = null;
    }
    if (this._atlas && (!this._stamps || this._stamps.radius !== radius)) this._stamps = new Stamps(this._atlas.actors, radius, this._pixels);
    const seen = `${view.x} ${view.y} ${view.scale}`;
    if (this._grounded === seen) return;
    this._grounded = seen;
    const ground = this._ground ??= document.createElement("canvas");
    const [width, height] = [this._pixels.width - 2 * margin, this._pixels.height - 2 * margin];
    if (ground.width !== width || ground.height !== height) [ground.width, ground.height] = [width, height];
    const context = ground.getContext("2d", { alpha: false, willReadFrequently: true });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = colour("--sea");
    context.fillRect(0, 0, width, height);
    this._drawLines(context, scale);
    this._pixels.ground(context);
  }

  _drawLines(context, scale) {
    const { view } = this;
    const grown = view.scale * scale;
    context.setTransform(grown, 0, 0, grown, (view.width / 2 - view.x * view.scale) * scale, (view.height / 2 - view.y * view.scale) * scale);
    context.lineJoin = "round";
    for (const { ink, dash, heavy, path } of this._lines) {
      context.strokeStyle = colour(ink);
      context.lineWidth = (heavy ? 1.2 : 0.8) / view.scale;
      context.setLineDash(dash.map((one) => one / view.scale));
      context.stroke(path);
    }
    context.setLineDash([]);
  }

  _radius() {
    const shown = Math.max(1, this._order.length);
    const closer = Math.log2(this.view.scale / 4000);
    const roomy = Math.max(2.2, 8.5 - Math.log10(shown) * 1.7);
    return Math.min(9, Math.max(2.2, roomy + Math.max(0, closer - 3) * 0.45));
  }

  /** What stands on the map, and would hide a name. */
  _covered() {
    const { left, top } = this.element.getBoundingClientRect();
    return [...this.element.children].filter((one) => one !== this.canvas && one !== this._said && one !== this._tip && !one.hidden)
      .map((one) => one.getBoundingClientRect()).map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top]);
  }

  /** The quiet ones lie below: unknown first, then held, contested on top; in each the most spoken of last. */
  _drawMarks() {
    const { view, _world: world, _atlas: { now, status, side, stale }, _stamps: stamps, _pixels: pixels, _only: only } = this;
    const order = this._order;
    const held = [];
    const contested = [];
    const stamp = (i, faint) => {
      const x = (world.x[i] - view.x) * view.scale + view.width / 2;
      const y = (world.y[i] - view.y) * view.scale + view.height / 2;
      if (!(x >= 0 && x <= view.width && y >= 0 && y <= view.height)) return;
      const span = now[i];
      pixels.stamp(span < 0 ? stamps.of(UNSAID, -1, 0, faint) : stamps.of(status[span], side[span], stale[span], faint), x, y);
    };
    for (let k = order.length - 1; k >= 0; k -= 1) {
      const i = order[k];
      const span = now[i];
      if (only && !only.has(i)) stamp(i, true);
      else if (span < 0 || status[span] === UNKNOWN) stamp(i, false);
      else (status[span] === CONTESTED ? contested : held).push(i);
    }
    for (const i of held) stamp(i, false);
    for (const i of contested) stamp(i, false);
  }

  _ring(context, place) {
    const [x, y] = [this.view.screenX(this._world.x[place]), this.view.screenY(this._world.y[place])];
    if (Number.isNaN(x)) return;
    context.beginPath();
    context.arc(x, y, this._radius() + 6, 0, 2 * Math.PI);
    context.lineWidth = 4.5;
    context.strokeStyle = colour("--raised");
    context.stroke();
    context.lineWidth = 2.25;
    context.strokeStyle = colour("--accent");
    context.stroke();
  }

  _drawBar(context, ink, rim) {
    const { km, pixels } = this.view.bar();
    const [x, y] = [this.view.width - 14 - pixels, this.view.height - 14];
    context.font = "11px system-ui, sans-serif";
    context.direction = "ltr";
    context.textAlign = "center";
    context.textBaseline = "bottom";
    const text = km >= 1 ? `${km} km` : `${Math.round(km * 1000)} m`;
    for (const [width, paint] of [[3.5, rim], [1.2, ink]]) {
      context.lineWidth = width;
      context.strokeStyle = paint;
      context.beginPath();
      context.moveTo(x, y - 5);
      context.lineTo(x, y);
      context.lineTo(x + pixels, y);
      context.lineTo(x + pixels, y - 5);
      context.stroke();
    }
    context.lineWidth = 3;
    context.strokeStyle = rim;
    context.strokeText(text, x + pixels / 2, y - 4);
    context.fillStyle = ink;
    context.fillText(text, x + pixels / 2, y - 4);
  }

  // -- touching ---------------------------------------------------------------------------------------

  _listen() {
    const { canvas } = this;
    const pointers = new Map();
    let dragged = 0;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return; // a menu, not a touch
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      dragged = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const last = pointers.get(event.pointerId);
      const at = [event.offsetX, event.offsetY];
      if (!last) { this._hover(...at); return; }
      if (pointers.size === 1) {
        dragged += Math.hypot(at[0] - last[0], at[1] - last[1]);
        if (dragged > 3) {
          this.view.pan(at[0] - last[0], at[1] - last[1]);
          canvas.classList.add("drag");
          this._moved();
        }
      } else {
        const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, where]) => where);
        const before = Math.hypot(last[0] - other[0], last[1] - other[1]);
        const after = Math.hypot(at[0] - other[0], at[1] - other[1]);
        dragged += 10;
        if (before > 10) this.view.zoom(after / before, (at[0] + other[0]) / 2, (at[1] + other[1]) / 2);
        this._moved();
      }
      pointers.set(event.pointerId, at);
    });
    const up = (event) => {
      const here = pointers.delete(event.pointerId);
      canvas.classList.remove("drag");
      if (here && event.type === "pointerup" && dragged <= 3) {
        const place = this._at(event.offsetX, event.offsetY);
        if (place !== null) this._on.pick(place);
      }
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => this._point(null));
    canvas.addEventListener("dblclick", (event) => this._zoom(2, event.offsetX, event.offsetY));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this._zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this._key(event));
    canvas.addEventListener("blur", () => this._point(null));
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 160 : 60;
    const acts = {
      ArrowLeft: () => this.view.pan(step, 0), ArrowRight: () => this.view.pan(-step, 0),
      ArrowUp: () => this.view.pan(0, step), ArrowDown: () => this.view.pan(0, -step),
      "+": () => this.view.zoom(1.5), "=": () => this.view.zoom(1.5), "-": () => this.view.zoom(1 / 1.5),
      0: () => this.fit(), n: () => this._step(1), p: () => this._step(-1),
      Enter: () => this._under !== null && this._on.pick(this._under),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
    if (!["n", "p", "Enter"].includes(event.key)) this._moved();
  }

  /** Go on to the next place in sight, from north to south. */
  _step(way) {
    const { view, _world: world } = this;
    const seen = this._order.filter((i) => {
      const [x, y] = [view.screenX(world.x[i]), view.screenY(world.y[i])];
      return x >= 0 && y >= 0 && x <= view.width && y <= view.height;
    }).sort((a, b) => world.y[a] - world.y[b] || world.x[a] - world.x[b]);
    if (!seen.length) return;
    const here = seen.indexOf(this._under);
    const next = seen[here < 0 ? (way > 0 ? 0 : seen.length - 1) : (here + way + seen.length) % seen.length];
    this._point(next);
    this._said.textContent = `${this._atlas.names[next]}: ${this._atlas.told(this._atlas.now[next])}. Enter opens it.`;
  }

  _hover(px, py) {
    const place = this._at(px, py);
    this.canvas.classList.toggle("over", place !== null);
    this._point(place);
  }

  _point(place) {
    if (place === this._under) return;
    this._under = place;
    this._placed = null;
    this._tip.hidden = place === null;
    if (place !== null) {
      const [x, y] = [this.view.screenX(this._world.x[place]), this.view.screenY(this._world.y[place])];
      refill(this._tip, h("strong", {}, bdi(this._atlas.names[place])), h("br"), this._atlas.told(this._atlas.now[place]));
      this._tip.style.left = `${Math.min(Math.max(8, x + 12), Math.max(8, this.view.width - 230))}px`;
      this._tip.style.top = `${y + 64 > this.view.height ? y - 62 : y + 12}px`;
    }
    this.draw();
  }

  _at(px, py) {
    if (!this._atlas) return null;
    let [found, nearest] = [null, REACH * REACH];
    const { view, _world: world } = this;
    for (const i of this._order) {
      const dx = view.screenX(world.x[i]) - px;
      const dy = view.screenY(world.y[i]) - py;
      const away = dx * dx + dy * dy;
      if (away < nearest) [found, nearest] = [i, away];
    }
    return found;
  }

  _zoom(factor, px, py) {
    this.view.zoom(factor, px, py);
    this._moved();
  }

  _moved() {
    this._placed = null;
    this._tip.hidden = true;
    this._under = this.canvas.matches(":focus-visible") ? this._under : null;
    this.draw();
  }

  _resize() {
    const { width, height } = this.element.getBoundingClientRect();
    if (width < 2 || height < 2) return;
    const scale = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.view.width = width;
    this.view.height = height;
    if (!this._fitted && this._order.length) this.fit(false);
    this._placed = null;
    this._draw();
  }
}

/** Lines of differences in 1/1000 degree as a path over the world of width one. */
function pathOf(lines) {
  const path = new Path2D();
  for (const line of lines) {
    let [lon, lat] = [0, 0];
    for (let i = 0; i < line.length; i += 2) {
      lon += line[i];
      lat += line[i + 1];
      const [x, y] = [across(lon / 1000), down(lat / 1000)];
      if (i) path.lineTo(x, y);
      else path.moveTo(x, y);
    }
  }
  return path;
}
