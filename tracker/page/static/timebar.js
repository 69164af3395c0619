// Decides how time is gone through: the slider of the world's time with its marks, play and steps, and the
// second control beside it: as known on.

import { h, refill } from "./dom.js";
import { colour, colourOf } from "./marks.js";
import { DAY, HOUR } from "./moments.js";

const PLAYED_IN = 24;
const STEP = HOUR / 4;
const MOST_DAYS = 4000;

/** The bar of time. `on` is told: time(at), known(at or null), since(at or null). */
export class TimeBar {
  constructor(on) {
    this._on = on;
    this._moment = h("output", { class: "moment", for: "time", id: "moment" });
    this._slider = h("input", { type: "range", id: "time", "aria-label": "Time in the world", step: "1", min: "0", max: "1", value: "1" });
    this._marks = h("canvas", { "aria-hidden": "true" });
    this._ends = h("div", { class: "ends", "aria-hidden": "true" });
    this._play = h("button", { type: "button", class: "play", "aria-pressed": "false", onclick: () => this.toggle() }, "▶ Play");
    this._working = h("span", { class: "working", role: "status" });
    this._since = h("input", { type: "checkbox", id: "since" });
    this._sinceText = h("span", {}, "Only what changed since…");
    this._sinceDay = h("input", { type: "date", "aria-label": "Changed since the end of this day" });
    this._known = h("input", { type: "range", id: "known", min: "0", max: "1", step: "1", value: "1", "aria-label": "As known on" });
    this._knownText = h("output", { for: "known", class: "number" });
    const step = (label, text, days) => h("button", { type: "button", class: "step", "aria-label": label, title: label, onclick: () => this.step(days) }, text);
    this.element = h("section", { id: "bar", "aria-label": "Time" },
      h("div", { class: "row" },
        this._play, step("A day back", "‹ day", -1), step("A day on", "day ›", 1), this._moment,
        this._working,
        h("div", { class: "compare" }, h("label", {}, this._since, this._sinceText), this._sinceDay),
        h("div", { class: "known" }, h("label", { for: "known" }, "As known on"), this._known, this._knownText)),
      h("div", { class: "strip" }, this._marks, this._slider),
      this._ends);
    this._from = this._to = 0;
    this._turns = [];
    this._listen();
    new ResizeObserver(() => this._drawMarks()).observe(this._marks);
  }

  /** Take the range of a map document, its zone and its changes. */
  show(atlas, zone, recorded, days) {
    this._zone = zone;
    this._atlas = atlas;
    this._from = atlas.from ?? atlas.to - DAY;
    this._to = Math.max(atlas.to, this._from + STEP);
    this._start = zone.endOfDay(this._from, -1) + 1;
    this._slider.max = String(Math.ceil((this._to - this._start) / STEP));
    this._turns = atlas.turns().filter((one) => one.at <= this._to);
    refill(this._ends, h("span", {}, zone.day(this._from)), h("span", {}, zone.day(this._to)));
    this._recorded = recorded;
    this._days = days ?? (recorded ? dayEnds(zone, recorded.from, recorded.to) : []);
    this._known.max = String(this._days.length);
    this._known.closest(".known").hidden = this._days.length < 1;
    this._sinceDay.min = day(zone, this._start);
    this._sinceDay.max = day(zone, this._to);
    this._drawMarks();
  }

  /** Show where time, knowledge and comparison stand. */
  stand({ at, known, since }) {
    this._at = at;
    this._slider.value = String(Math.round((at - this._start) / STEP));
    const told = `${this._zone.told(at)} ${this._zone.label(at)}`;
    this._moment.textContent = told;
    this._slider.setAttribute("aria-valuetext", told);
    const i = known === null ? -1 : this._days.findIndex((end) => end >= known);
    this._known.value = String(i < 0 ? this._days.length : i);
    const words = known === null ? "everything recorded" : this._zone.day(known);
    this._knownText.textContent = words;
    this._known.setAttribute("aria-valuetext", words);
    this._since.checked = since !== null;
    this._sinceDay.hidden = since === null;
    if (since !== null) this._sinceDay.value = day(this._zone, since);
  }

  /** Say that something is being reckoned, or no longer. */
  working(text) {
    this._working.textContent = text ?? "";
  }

  /** Play, or stop. */
  toggle() {
    if (this._playing) { this.stop(); return; }
    if (this._at >= this._to - STEP) this._on.time(this._start);
    this._play.setAttribute("aria-pressed", "true");
    refill(this._play, "❚❚ Stop");
    const play = this._playing = {};
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) this._byDays(play);
    else this._smoothly(play);
  }

  /** Stop playing. */
  stop() {
    this._playing = null;
    this._play.setAttribute("aria-pressed", "false");
    refill(this._play, "▶ Play");
  }

  /** Go to the end of the day so many days away. */
  step(days) {
    const atEnd = this._zone.endOfDay(this._at) === this._at;
    this._set(this._zone.endOfDay(this._at, days < 0 || atEnd ? days : 0));
  }

  /** Draw for other colours. */
  recolour() {
    this._drawMarks();
  }

  _set(at) {
    this._on.time(Math.min(this._to, Math.max(this._start, at)));
  }

  _smoothly(play) {
    let [last, exact] = [null, this._at];
    const frame = (now) => {
      if (this._playing !== play) return; // stopped, and perhaps begun anew
      const gone = last === null ? 0 : now - last;
      last = now;
      exact = Math.max(exact, this._at - 60e6) + gone / (PLAYED_IN * 1000) * (this._to - this._start);
      this._set(exact >= this._to ? this._to : Math.floor(exact / 60e6) * 60e6);
      if (exact >= this._to) this.stop();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  _byDays(play) {
    if (this._playing !== play) return;
    this.step(1);
    if (this._at >= this._to) this.stop();
    else setTimeout(() => this._byDays(play), 1000);
  }

  _listen() {
    this._slider.addEventListener("input", () => {
      this.stop();
      this._set(Math.min(this._to, this._start + Number(this._slider.value) * STEP));
    });
    this._slider.addEventListener("keydown", (event) => {
      const hours = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      const days = { PageUp: 1, PageDown: -1 }[event.key];
      if (hours === undefined && days === undefined) return;
      event.preventDefault();
      this.stop();
      if (days) this.step(days);
      else this._set(this._at + hours * HOUR);
    });
    this._known.addEventListener("input", () => {
      const i = Number(this._known.value);
      this._on.known(i >= this._days.length ? null : this._days[i]);
    });
    const since = () => {
      const typed = this._sinceDay.value && this._zone.read(this._sinceDay.value);
      this._on.since(this._since.checked ? typed || this._zone.endOfDay(this._at, -1) : null);
    };
    this._since.addEventListener("change", since);
    this._sinceDay.addEventListener("change", () => { this._since.checked = true; since(); });
  }

  /** Where control changed: a bar for each stretch of time, in the colours of those who took. */
  _drawMarks() {
    const width = this._marks.clientWidth;
    const height = this._marks.clientHeight;
    if (!width || !this._atlas) return;
    const scale = devicePixelRatio || 1;
    this._marks.width = width * scale;
    this._marks.height = height * scale;
    const context = this._marks.getContext("2d");
    context.scale(scale, scale);
    const thumb = 8;
    const slots = Math.max(1, Math.floor((width - 2 * thumb) / 4));
    const found = Array.from({ length: slots }, () => new Map());
    for (const { at, place } of this._turns) {
      const slot = Math.min(slots - 1, Math.max(0, Math.floor((at - this._start) / (this._to - this._start) * slots)));
      const span = this._atlas.spanAt(place, at);
      const side = this._atlas.status[span] < 2 ? this._atlas.side[span] : -1;
      found[slot].set(side, (found[slot].get(side) ?? 0) + 1);
    }
    const most = Math.max(1, ...found.map((slot) => [...slot.values()].reduce((a, b) => a + b, 0)));
    const grown = (n) => Math.sqrt(n / most) * (height - 3);
    context.fillStyle = colour("--line");
    context.fillRect(thumb, height - 1, width - 2 * thumb, 1);
    found.forEach((slot, i) => {
      const all = [...slot.values()].reduce((a, b) => a + b, 0);
      let y = height - 1;
      for (const [side, n] of [...slot].sort((a, b) => a[0] - b[0])) {
        const high = Math.max(2, grown(all) * n / all);
        context.fillStyle = side < 0 ? colour("--strong") : colourOf(this._atlas.actors[side]);
        context.fillRect(thumb + i * (width - 2 * thumb) / slots, y - high, 3, high);
        y -= high;
      }
    });
  }
}

function day(zone, at) {
  const { year, month, day: date } = zone.parts(at);
  return `${year}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
}

/** The ends of the local days from one instant to another: of each, or of some where a slider cannot take so many. */
function dayEnds(zone, from, to) {
  const found = [];
  const step = Math.max(1, Math.ceil((to - from) / DAY / MOST_DAYS));
  for (let end = zone.endOfDay(from); end < to; end = zone.endOfDay(end, step)) found.push(end);
  return found;
}
