// Decides how a place is found by name: a box that proposes while one types, in any script.

import { bdi, h, refill } from "./dom.js";
import { Finder } from "./fold.js";

const MOST = 12;

/** The find box. `on` is told: pick(place), and open(id) of what is not on the map; `ask` finds what the page itself does not. */
export class FindBox {
  constructor(on, ask) {
    this._on = on;
    this._ask = ask;
    this._list = h("ul", { id: "found", role: "listbox", "aria-label": "Places found", hidden: true });
    this._none = h("p", { class: "none", role: "status", hidden: true });
    this.input = h("input", {
      type: "search", id: "find", placeholder: "Find a place", "aria-label": "Find a place", autocomplete: "off", spellcheck: "false", dir: "auto",
      role: "combobox", "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list",
    });
    this.element = h("div", { class: "finder", role: "search" }, this.input, this._list, this._none);
    this._found = [];
    this._chosen = -1;
    this.input.addEventListener("input", () => this._look());
    this.input.addEventListener("keydown", (event) => this._key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this._close(), 150));
  }

  /** Search another map document. */
  show(atlas) {
    this._atlas = atlas;
    this._finder = new Finder(atlas);
  }

  _look() {
    const text = this.input.value;
    this._none.hidden = true;
    this._found = this._finder ? this._finder.find(text) : [];
    this._chosen = this._found.length ? 0 : -1;
    this._tell();
    if (text.trim() && !this._found.length) this._askElsewhere(text);
  }

  async _askElsewhere(text) {
    let told = {};
    try {
      told = await this._ask(text);
    } catch {
      // what the page knows itself is found, whatever has become of the server
    }
    if (this.input.value !== text || this._found.length || document.activeElement !== this.input) return;
    if (told.places?.length) { // nothing is claimed about them, so they are not on the map
      this._found = told.places.slice(0, MOST).map(({ id, name }) => ({ id, place: this._atlas.number.get(id), name }));
      this._chosen = 0;
      this._tell();
      return;
    }
    const near = (told.near ?? []).map((one) => one.name ?? one);
    refill(this._none, "No place is called ", bdi(text), ".", near.length ? [" Did you mean ", near.slice(0, 3).map((name, i) => [i ? " or " : "", h("button", { type: "button", class: "linklike", onpointerdown: (event) => { event.preventDefault(); this.input.value = name; this._look(); } }, bdi(name))]), "?"] : null);
    this._none.hidden = false;
  }

  _tell() {
    const { _atlas: atlas } = this;
    refill(this._list, this._found.map(({ place, name }, i) => h("li", {
      role: "option", id: `found-${i}`, "aria-selected": i === this._chosen ? "true" : "false", onpointerdown: (event) => { event.preventDefault(); this._pick(i); },
    }, bdi(atlas.names[place] ?? name), name === (atlas.names[place] ?? name) ? null : [" ", h("span", { class: "quiet" }, bdi(name))],
    atlas.regions[place] ? h("span", { class: "quiet small" }, " · ", bdi(atlas.regions[place])) : null)));
    this._list.hidden = !this._found.length;
    this.input.setAttribute("aria-expanded", String(!this._list.hidden));
    if (this._chosen >= 0) this.input.setAttribute("aria-activedescendant", `found-${this._chosen}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  _key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this._found.length) {
      event.preventDefault();
      this._chosen = (this._chosen + step + this._found.length) % this._found.length;
      this._tell();
    } else if (event.key === "Enter" && this._chosen >= 0) {
      event.preventDefault();
      this._pick(this._chosen);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this._close();
    }
  }

  _pick(i) {
    const { place, id } = this._found[i];
    this.input.value = "";
    this._close();
    if (place === undefined) this._on.open(id);
    else this._on.pick(place);
  }

  _close() {
    this._found = [];
    this._chosen = -1;
    this._list.hidden = true;
    this._none.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
