// Decides what the page does: one state (place, time, knowledge), kept in the address, told to every part.

import { Atlas } from "./atlas.js";
import { bdi, count, h, refill } from "./dom.js";
import { FindBox } from "./finder.js";
import { Legend } from "./legend.js";
import { WorldMap } from "./map.js";
import { DAY, microseconds, Zone } from "./moments.js";
import { overview, Panel } from "./panel.js";
import { Refused } from "./source.js";
import { Table } from "./table.js";
import { TimeBar } from "./timebar.js";
import { flagForm, forms, trouble } from "./write.js";

const QUIET = 14 * DAY;
const REST = 120;
const LONGEST_REST = 1000;

/** The page around one source of answers. */
export class App {
  constructor(root, from, { writes = false, linked = true } = {}) {
    this._root = root;
    this._from = from;
    this._writes = writes;
    this._linked = linked;
    this._state = { place: null, at: null, known: null, since: null, published: null, policy: "bayes", table: false };
    this._waiting = {};
    const pick = (place) => this.open(this._atlas.ids[place]);
    this._map = new WorldMap({ pick, drawn: () => this._drawn() });
    this._legend = new Legend();
    this._find = new FindBox({ pick, open: (id) => this.open(id) }, (text) => this._from.find(text));
    this._bar = new TimeBar({
      time: (at) => this._go({ at }), since: (since) => this._go({ since }),
      known: (known) => { this._state.known = known; this._bar.stand(this._state); this._later("map", () => this._know({ known })); },
    });
    this._table = new Table({ pick: (place) => { this._go({ table: false }); pick(place); } });
    this._side = h("aside", { id: "side", "aria-label": "The place, or what changed", tabindex: "0" });
    this._tableButton = h("button", { type: "button", "aria-pressed": "false", onclick: () => this._go({ table: !this._state.table }) }, "Table");
    this._map.element.append(this._legend.element, this._find.element);
    this._map.element.querySelector(".zoom").append(this._tableButton);
  }

  /** Fetch what is to be shown, and show it. */
  async start() {
    this._root.append(this._map.element, this._table.element, this._bar.element, this._side);
    this._watch();
    this._read();
    try {
      await this._load();
    } catch (refused) {
      this._fail(refused);
      return;
    }
    if (this._state.place) await this._openPlace();
  }

  /** Open a place by id. */
  async open(id) {
    const number = this._atlas.number.get(id);
    this._go({ place: id });
    if (number !== undefined) this._map.reveal(number);
    await this._openPlace(true);
  }

  async _load() {
    this._bar.working("reckoning…");
    const { known, published, policy } = this._state;
    const turn = this._turn = (this._turn ?? 0) + 1;
    let told;
    try {
      told = await this._from.map({ known, published, policy });
    } catch (refused) {
      if (turn === this._turn) throw refused;
    }
    if (turn !== this._turn) return; // something else was asked for meanwhile
    performance.mark("tracker:answered");
    this._bar.working();
    this._zone = new Zone(told.zone);
    this._atlas = new Atlas(told);
    const recorded = told.recorded && { from: microseconds(told.recorded.from), to: microseconds(told.recorded.to) };
    const usual = this._usual;
    this._frame(told);
    if (this._typed) this._understand();
    if (this._state.at === usual) this._state.at = null; // who stood at the end stands there again
    this._state.at = Math.min(this._state.at ?? this._usual, this._atlas.to);
    this._map.element.querySelector(".trouble")?.remove();
    this._map.show(this._atlas);
    this._find.show(this._atlas);
    this._bar.show(this._ended, this._zone, recorded, this._from.days);
    this._foot(told.position);
    this._sayUnmapped();
    this._tell();
    if (!this._atlas.count) this._drawn();
    else if (!this._outlined) this._outline();
  }

  /** Up to where the record went when the map was reckoned. */
  _foot(position) {
    const foot = document.querySelector("footer.cut p");
    if (foot) foot.textContent = `As recorded up to position ${position.toLocaleString("en")}.`;
  }

  /** Where the slider ends, and where it stands at first: now, or the last report where that is long ago. */
  _frame(document) {
    const last = microseconds(document.last_event ?? document.to);
    const live = this._atlas.to - last < QUIET;
    const end = live ? this._atlas.to : Math.min(this._atlas.to, this._zone.endOfDay(last, 3));
    this._usual = live ? this._atlas.to : this._zone.endOfDay(last);
    this._ended = Object.create(this._atlas, { to: { value: end } });
    this._live = live;
    this._last = last;
  }

  async _outline() {
    this._outlined = true;
    try {
      const outlines = await this._from.outlines(around(this._map.bounds()));
      this._map.outlines(outlines);
      this._legend.caution(outlines);
    } catch {
      this._outlined = false; // a map without outlines is still a map
    }
  }

  async _know(change) {
    Object.assign(this._state, change);
    this._write();
    try {
      await this._load();
      if (this._state.place) await this._openPlace();
    } catch (refused) {
      this._fail(refused);
    }
  }

  /** Take a change of state that needs no other answer from the source. */
  _go(change) {
    const { place, at } = this._state;
    Object.assign(this._state, change);
    if (change.at !== undefined) this._unread = null;
    this._tell();
    this._write();
    if (this._state.place === null) return;
    if (change.at !== undefined && change.at !== at && place === this._state.place) this._later("place", () => this._openPlace());
  }

  /** Tell every part where the page stands. */
  _tell() {
    const { at, known, since, place } = this._state;
    const atlas = this._atlas;
    for (const part of [this._bar, this._legend, this._find]) part.element.hidden = !atlas.count;
    if (!atlas.count) { this._empty(); return; }
    atlas.goTo(at);
    this._bar.stand({ at, known, since });
    this._legend.show(atlas);
    this._map.pick(place === null ? null : atlas.number.get(place) ?? null);
    this._tellRest();
  }

  /** Tell what takes longer: at once where the hand rests, and now and then while it moves. */
  _tellRest() {
    clearTimeout(this._resting);
    const [gone, rest] = [this._told, this._moved].map((when) => performance.now() - (when ?? -Infinity));
    this._moved = performance.now();
    if (rest >= REST || gone >= LONGEST_REST) this._tellNow();
    else this._resting = setTimeout(() => this._tellNow(), REST);
  }

  _tellNow() {
    const { at, since, place, table } = this._state;
    const atlas = this._atlas;
    const changes = since === null ? null : atlas.changed(since, at);
    const only = changes && new Set(changes.map((one) => one.place));
    this._map.only(only);
    this._tableButton.setAttribute("aria-pressed", String(table));
    this._table.element.hidden = !table;
    if (table) this._table.show(atlas, this._zone, only);
    if (place === null) {
      const found = changes ?? atlas.changed(at - 7 * DAY, at);
      refill(this._side, this._unreadNote(), this._quietNote(), overview({ atlas, zone: this._zone, at, since, changes: found, on: { pick: (one) => this.open(atlas.ids[one]) } }));
    }
    this._told = performance.now();
  }

  /** What of the address was not understood: what is shown is something else than was meant. */
  _unreadNote() {
    if (!this._unread?.length) return null;
    return h("div", { class: "trouble", role: "alert" }, h("p", { class: "bad" }, "The address cannot be read: ", bdi(this._unread.join(", ")), "."),
      h("p", {}, `Shown is ${this._zone.told(this._state.at)}. Try: `, h("code", {}, "at=2024-12-07"), " or ", h("code", {}, "at=2024-12-07T18:00")));
  }

  _quietNote() {
    if (this._live) return null;
    const now = () => this._go({ at: this._atlas.to });
    return h("p", { class: "small quiet" }, `The latest report is of ${this._zone.day(this._last)}. `,
      h("button", { type: "button", class: "linklike", onclick: now }, "How it stands today"));
  }

  async _openPlace(focus = false) {
    const { place: id, at, known, published, policy } = this._state;
    const turn = this._asked = (this._asked ?? 0) + 1;
    const isLate = () => turn !== this._asked || this._state.place !== id;
    this._focusDue = id !== null && (focus || this._focusDue);
    if (id === null) return; // it was closed meanwhile
    let nodes;
    try {
      const told = await this._from.place(id, { at, known, published, policy });
      if (isLate()) return;
      const notice = this._notice && h("p", { class: "good", role: "status", id: "notice" }, bdi(this._notice));
      this._notice = null;
      nodes = [notice, this._unreadNote(), ...this._panel(told)];
    } catch (refused) {
      if (isLate()) return;
      nodes = [h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this._close() }, "✕"), trouble(refused)];
    }
    const focused = this._focusDue;
    this._focusDue = false;
    const kept = focused || nodes[0] ? 0 : this._side.scrollTop;
    refill(this._side, nodes);
    this._side.scrollTop = kept;
    if (focused) this._side.querySelector("#place")?.focus({ preventScroll: matchMedia("(min-width: 861px)").matches });
  }

  _panel(told) {
    const done = (notice) => { this._notice = notice; this._later("map", () => this._know({})); };
    const record = (path, said) => this._from.record(path, said);
    const { at, known } = this._state;
    return new Panel(told, {
      atlas: this._ended, zone: this._zone, at, known, live: this._from.live,
      links: { claim: (id) => (this._linked ? `claims/${encodeURIComponent(id)}` : null) },
      on: { close: () => this._close(), time: (moment) => this._go({ at: moment }), flagForm: this._writes ? (flag) => flagForm(flag, { record, done }) : null },
      forms: this._formsFor(told, at, record, done),
    }).nodes();
  }

  /** The forms of a place: as long as it is open they stay, with what is half typed in them. */
  _formsFor(told, at, record, done) {
    if (!this._writes) return [];
    if (this._forms?.of !== told.place.id) {
      const again = (notice) => { this._forms = null; done(notice); };
      this._forms = { of: told.place.id, nodes: forms({ place: told, at, zone: this._zone, record, done: again }) };
    }
    return this._forms.nodes;
  }

  _close() {
    this._forms = null;
    const number = this._atlas.number.get(this._state.place);
    this._go({ place: null });
    this._map.canvas.focus({ preventScroll: true });
    if (number !== undefined) this._map.draw();
  }

  _sayUnmapped() {
    this._map.element.querySelector(".empty")?.remove();
    if (!this._atlas.count || this._map.bounds()) return;
    this._map.element.append(h("div", { class: "empty" },
      h("p", {}, `${count(this._atlas.count, "place")}, and none has coordinates: nothing can be drawn. The table has them all.`),
      h("p", {}, "Try: ", h("code", {}, "tracker place describe NAME --lat LAT --lon LON"))));
  }

  /** Say that there is nothing: nothing at all, or nothing that was known or published by then. */
  _empty() {
    const { place, known, published } = this._state;
    this._map.element.querySelector(".empty")?.remove();
    this._table.element.hidden = true;
    if (place === null) refill(this._side, h("h2", {}, "Nothing yet"), h("p", {}, "Whatever is claimed will be told here."));
    if (!this._from.live) {
      this._map.element.append(h("div", { class: "empty" }, h("p", {}, "By the moment that this file is of, nobody had said anything.")));
      return;
    }
    if (known !== null || published !== null) {
      const when = known !== null ? ["As known on ", this._zone.day(known)] : ["Of what was published by ", bdi(published)];
      const all = () => this._know({ known: null, published: null });
      this._map.element.append(h("div", { class: "empty" }, h("p", {}, when, ", nobody has said anything yet."),
        h("button", { type: "button", onclick: all }, "All that is recorded")));
      return;
    }
    this._map.element.append(h("div", { class: "empty" },
      h("p", {}, "Nobody has said anything yet: this tracker has no claim about who holds a place."),
      h("p", {}, "Try: ", h("code", {}, 'tracker add-claim "rebels captured Homs" --source Reuters --said-by rebels --create')),
      h("p", {}, "or ", h("code", {}, "tracker import FILE"), ", then reload the page.")));
  }

  _fail(failure) {
    this._bar.working();
    const refused = failure instanceof Refused ? failure : new Refused(`The page failed: ${failure.message}`, "reload the page");
    this._map.element.querySelector(".trouble")?.remove();
    const again = h("button", { type: "button", onclick: () => { this._map.element.querySelector(".trouble")?.remove(); this._know({}); } }, "Again");
    const told = trouble(refused);
    told.append(again);
    this._map.element.append(told);
    if (!(failure instanceof Refused)) throw failure;
  }

  // -- the address --------------------------------------------------------------------------------------

  _read() {
    const query = new URLSearchParams(location.search || location.hash.slice(1));
    this._typed = query;
    this._state.place = query.get("place");
    this._state.policy = query.get("policy") ?? "bayes";
    this._state.published = query.get("published_by");
    this._state.table = query.has("table");
    const known = query.get("known_at");
    const exact = /Z$/.test(known) ? microseconds(known) : NaN;
    this._state.known = Number.isNaN(exact) ? null : exact;
    this._knownTyped = this._state.known === null ? known : null;
  }

  /** Read the times of the address, which need the zone. */
  _understand() {
    const at = this._typed.get("at");
    const since = this._typed.get("since");
    this._state.at = at ? this._zone.read(at) : null;
    this._state.since = since ? this._zone.read(since) : null;
    const known = this._knownTyped && this._zone.read(this._knownTyped);
    const read = { at: this._state.at, since: this._state.since, known_at: known || this._state.known };
    this._unread = Object.entries(read).filter(([name, value]) => value === null && this._typed.get(name)).map(([name]) => `${name}=${this._typed.get(name)}`);
    if (this._state.at > this._atlas.to) this._unread.push(`at=${at}, which is still to come`);
    this._typed = this._knownTyped = null;
    if (known) this._later("map", () => this._know({ known }));
  }

  _write() {
    const { place, at, known, since, published, policy, table } = this._state;
    const zone = this._zone;
    if (!zone) return; // nothing was answered yet: the address says all there is
    const query = new URLSearchParams();
    if (place) query.set("place", place);
    if (at !== null && at !== this._usual) query.set("at", zone.typed(at));
    if (known !== null) query.set("known_at", zone.typed(known));
    if (since !== null) query.set("since", zone.typed(since));
    if (published) query.set("published_by", published);
    if (policy !== "bayes") query.set("policy", policy);
    if (table) query.set("table", "1");
    const text = query.toString();
    this._address = this._linked ? (text ? `?${text}` : location.pathname) : `#${text}`;
    this._addressDue ??= setTimeout(() => {
      this._addressDue = null;
      history.replaceState(null, "", this._address);
    }, 120);
  }

  _watch() {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => { this._map.recolour(); this._legend.recolour(); this._bar.recolour(); if (this._atlas?.count) this._tell(); };
    scheme.addEventListener("change", recolour);
    new MutationObserver(recolour).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "range";
      if (event.ctrlKey || event.metaKey || event.altKey || typing || !this._atlas?.count) return;
      if (event.key === "/") { event.preventDefault(); this._find.input.focus(); }
      else if (event.key === "Escape" && this._state.place) this._close();
      else if (event.key === "t") this._go({ table: !this._state.table });
      else if (event.key === " " && event.target === this._map.canvas) { event.preventDefault(); this._bar.toggle(); }
      else if (event.key === ",") this._bar.step(-1);
      else if (event.key === ".") this._bar.step(1);
    });
  }

  /** Ask for something once the hand rests; what else is asked for does not push it aside. */
  _later(what, act) {
    clearTimeout(this._waiting[what]);
    this._waiting[what] = setTimeout(act, 140);
  }

  _drawn() {
    if (this._marked || !this._atlas) return;
    this._marked = true;
    performance.mark("tracker:drawn");
    document.documentElement.dataset.ready = "true";
  }
}

/** Bounds with as much again around them, within what there is. */
function around(bounds) {
  if (!bounds) return null;
  const [west, south, east, north] = bounds;
  const [wide, high] = [Math.max(2, east - west) / 2, Math.max(2, north - south) / 2];
  return [Math.max(-180, west - wide), Math.max(-85, south - high), Math.min(180, east + wide), Math.min(85, north + high)];
}

/** A name that may be told in a title. */
export function titled(text) {
  return bdi(text).textContent;
}
