// Decides the legend: whose marks are whose, how many places each holds now, and what the signs mean.

import { CONTESTED, HELD, UNKNOWN } from "./atlas.js";
import { bdi, h, refill } from "./dom.js";
import { markPicture } from "./marks.js";

/** The legend over the map. */
export class Legend {
  constructor() {
    this._list = h("ul");
    this._caution = h("p");
    this._unmapped = h("p", { class: "quiet small" });
    this.element = h("details", { id: "legend", open: matchMedia("(min-width: 1180px)").matches },
      h("summary", {}, "Who holds what"), this._list, this._unmapped,
      h("details", { id: "caution" }, h("summary", {}, "The borders"), this._caution));
  }

  /** Whose outlines these are. */
  caution(outlines) {
    refill(this._caution, [outlines.source, outlines.caution].filter(Boolean).join(". "));
  }

  /** Count the places of now. The rows are made once for a map document and its colours. */
  show(atlas) {
    if (this._of !== atlas.actors) this._make(atlas);
    const told = atlas.tally();
    const others = this._others.reduce((sum, side) => sum + told.sides[side], 0);
    const counts = [...this._marked.map((side) => told.sides[side]), ...(this._others.length ? [others] : []), told.contested, told.stale, told.unknown];
    counts.forEach((n, i) => {
      const text = n.toLocaleString("en");
      if (this._numbers[i].textContent !== text) this._numbers[i].textContent = text;
    });
  }

  /** Make the marks anew, in other colours. */
  recolour() {
    this._of = null;
  }

  _make(atlas) {
    this._of = atlas.actors;
    const areas = atlas.isArea.filter(Boolean).length;
    const nowhere = atlas.count - areas - atlas.drawn().length;
    const told = [nowhere ? `${nowhere} without coordinates` : null, areas ? `${areas} of whole areas` : null].filter(Boolean);
    this._unmapped.textContent = told.length ? `In the table alone: ${told.join(", ")}.` : "";
    const sides = [...atlas.actors.keys()];
    this._marked = sides.filter((side) => atlas.actors[side].shape !== "star");
    this._others = sides.filter((side) => atlas.actors[side].shape === "star");
    this._numbers = [];
    const row = (actor, reading, name) => {
      const number = h("span", { class: "number" });
      this._numbers.push(number);
      return h("li", {}, markPicture(actor, reading), h("span", {}, name), number);
    };
    const whole = { status: HELD, stale: false };
    const named = this._others.map((side) => atlas.actors[side].name).join(", ");
    refill(this._list,
      this._marked.map((side) => row(atlas.actors[side], whole, bdi(atlas.actors[side].name))),
      this._others.length ? row(atlas.actors[this._others[0]], whole, h("span", { title: named }, "others")) : null,
      row(null, { status: CONTESTED, stale: false }, "hatched: contested"),
      row(null, { status: HELD, stale: true }, "hollow: stale"),
      row(null, { status: UNKNOWN, stale: false }, "small: unknown"));
  }
}
