// Decides the legend: whose marks are whose, how many places each holds now, and what the signs mean.

import { CONTESTED, HELD, UNKNOWN } from "./atlas.js";
import { bdi, h, refill } from "./dom.js";
import { markCanvas } from "./marks.js";

/** The legend over the map. */
export class Legend {
  constructor() {
    this._list = h("ul");
    this._caution = h("p");
    this.element = h("details", { id: "legend", open: matchMedia("(min-width: 1180px)").matches },
      h("summary", {}, "Who holds what"), this._list,
      h("details", { id: "caution" }, h("summary", {}, "The borders"), this._caution));
  }

  /** Whose outlines these are. */
  caution(outlines) {
    refill(this._caution, [outlines.source, outlines.caution].filter(Boolean).join(". "));
  }

  /** Count the places of now. */
  show(atlas) {
    const told = atlas.tally();
    const marked = atlas.actors.map((actor, side) => ({ actor, side })).filter(({ actor }) => actor.shape !== "star");
    const others = atlas.actors.map((actor, side) => ({ actor, side })).filter(({ actor }) => actor.shape === "star");
    const row = (actor, reading, name, n) => h("li", {}, markCanvas(actor, reading), h("span", {}, name), h("span", { class: "number" }, n.toLocaleString("en")));
    const whole = { status: HELD, stale: false };
    refill(this._list,
      marked.map(({ actor, side }) => row(actor, whole, bdi(actor.name), told.sides[side])),
      others.length ? row(others[0].actor, whole, h("span", { title: others.map(({ actor }) => actor.name).join(", ") }, "others"), others.reduce((sum, { side }) => sum + told.sides[side], 0)) : null,
      row(null, { status: CONTESTED, stale: false }, "hatched: contested", told.contested),
      row(null, { status: HELD, stale: true }, "hollow: stale", told.stale),
      row(null, { status: UNKNOWN, stale: false }, "small: unknown", told.unknown));
  }
}
