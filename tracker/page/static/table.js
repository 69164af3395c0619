// Decides how everything on the map is told as a table.

import { bdi, h, refill } from "./dom.js";
import { markPicture } from "./marks.js";

const WORDS = ["held", "contested", "unknown", "nothing said"];
const SHOWN = 500;

/** The table of all places at an instant. */
export class Table {
  constructor(on) {
    this._on = on;
    this._by = { column: "name", down: false };
    this._most = SHOWN;
    this.element = h("section", { id: "table", "aria-label": "Table of all places", tabindex: "0", hidden: true });
  }

  /** Show the places as they are now. */
  show(atlas, zone, only) {
    const columns = [["name", "Place"], ["region", "Region"], ["status", "Status"], ["who", "Who"], ["sure", "Sure"], ["since", "Since"], ["claims", "Claims in all"]];
    const rows = [...atlas.now.entries()].filter(([place]) => !only || only.has(place)).map(([place, span]) => {
      const reading = atlas.reading(span);
      return {
        place, reading, name: atlas.names[place], region: atlas.regions[place] ?? "", status: WORDS[reading.status] + (reading.stale ? ", stale" : ""),
        who: reading.status === 2 || reading.side < 0 ? "" : atlas.actors[reading.side].name, sure: reading.sure ?? -1, since: span < 0 ? null : atlas._turned(place, span), claims: atlas.claims[place] ?? 0,
      };
    });
    const { column, down } = this._by;
    const order = (a, b) => (typeof a[column] === "string" ? a[column].localeCompare(b[column]) : (a[column] ?? 0) - (b[column] ?? 0));
    rows.sort((a, b) => (down ? order(b, a) : order(a, b)) || a.name.localeCompare(b.name));
    const head = columns.map(([name, title]) => h("th", { scope: "col", "aria-sort": name === column ? (down ? "descending" : "ascending") : null },
      h("button", { type: "button", onclick: () => { this._by = { column: name, down: name === column && !down }; this.show(atlas, zone, only); } }, title, name === column ? (down ? " ↓" : " ↑") : "")));
    const body = rows.slice(0, this._most).map((row) => h("tr", { onclick: () => this._on.pick(row.place) },
      h("th", { scope: "row" }, markPicture(atlas.actors[row.reading.side], row.reading), " ",
        h("button", { type: "button", class: "linklike", onclick: (event) => { event.stopPropagation(); this._on.pick(row.place); } }, bdi(row.name))),
      h("td", {}, bdi(row.region)), h("td", {}, row.status), h("td", {}, bdi(row.who)), h("td", { class: "number" }, row.sure < 0 ? "" : `${row.sure} %`),
      h("td", { class: "number" }, row.since === null ? "" : zone.short(row.since)), h("td", { class: "number" }, row.claims)));
    refill(this.element,
      h("table", {}, h("caption", {}, `${rows.length.toLocaleString("en")} places, ${zone.told(atlas.at)} ${zone.label(atlas.at)}`),
        h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)),
      rows.length > this._most && h("p", {}, h("button", { type: "button", onclick: () => { this._most += 2000; this.show(atlas, zone, only); } }, `${(rows.length - this._most).toLocaleString("en")} more`)));
  }
}
