// Decides what the map shows at an instant: the map document's columns, read into arrays and asked by time.

import { microseconds } from "./moments.js";

export const HELD = 0;
export const CONTESTED = 1;
export const UNKNOWN = 2;
export const UNSAID = 3;
const AREAS = new Set(["governorate", "region", "district", "country"]);

/** The map document, ready to be asked. */
export class Atlas {
  constructor(document) {
    this.document = document;
    this.actors = document.actors;
    const { places, spans } = document;
    this.ids = places.id;
    this.names = places.name;
    this.others = places.names;
    this.kinds = places.kind;
    this.regions = places.region;
    this.count = places.id.length;
    this.number = new Map(places.id.map((id, i) => [id, i]));
    this.lat = Float64Array.from(places.lat, (value) => value ?? NaN);
    this.lon = Float64Array.from(places.lon, (value) => value ?? NaN);
    this.isArea = this.kinds.map((kind) => AREAS.has(kind));
    this.claims = places.claims;
    this.population = places.population;
    this.from = microseconds(document.from);
    this.to = this._end = microseconds(document.to);
    this._place = Int32Array.from(spans.place);
    this.since = Float64Array.from(spans.from);
    this.status = Uint8Array.from(spans.status);
    this.side = Int16Array.from(spans.side);
    this.sure = Uint8Array.from(spans.confidence);
    this._fading = Uint8Array.from(spans.fading);
    this._lam = Float64Array.from(places.lam);
    this.stale = Uint8Array.from(spans.stale);
    this.first = new Int32Array(this.count + 1);
    for (const place of this._place) this.first[place + 1] += 1;
    for (let i = 0; i < this.count; i += 1) this.first[i + 1] += this.first[i];
    this._inTime = Int32Array.from(this.since.keys()).sort((a, b) => this.since[a] - this.since[b]);
    this._rank = 0;
    this.at = -Infinity;
    /** The span of each place at the instant last asked for; -1 before its first. */
    this.now = new Int32Array(this.count).fill(-1);
  }

  /** Go to an instant. Costs what changes on the way, not what there is. */
  goTo(at) {
    const { _inTime: order, since, _place: place, now } = this;
    while (this._rank < order.length && since[order[this._rank]] <= at) {
      now[place[order[this._rank]]] = order[this._rank];
      this._rank += 1;
    }
    while (this._rank > 0 && since[order[this._rank - 1]] > at) {
      this._rank -= 1;
      const span = order[this._rank];
      now[place[span]] = span > this.first[place[span]] ? span - 1 : -1;
    }
    this.at = at;
  }

  /** The span of one place at any instant, or -1. */
  spanAt(place, at) {
    let [low, high] = [this.first[place], this.first[place + 1]];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.since[middle] <= at) low = middle + 1;
      else high = middle;
    }
    return low > this.first[place] ? low - 1 : -1;
  }

  /** Status, side and freshness of a span, and how sure that is at an instant of it, by the place's own claims. */
  reading(span, at = this.at) {
    if (span < 0) return { status: UNSAID, side: -1, stale: false, sure: null };
    return { status: this.status[span], side: this.side[span], stale: this.stale[span] === 1, sure: this._sureAt(span, at) };
  }

  /** Belief fades towards what nothing is known at, ever slower: at the rate of the place. */
  _sureAt(span, at) {
    const [first, last] = [this.sure[span], this._fading[span]];
    if (first === last) return first;
    const place = this._place[span];
    const since = this.since[span];
    const end = span + 1 < this.first[place + 1] ? this.since[span + 1] : this._end;
    const lam = this._lam[place];
    const days = [at, end].map((one) => Math.min(Math.max(0, one - since), end - since) / 86400e6);
    const gone = lam > 0 ? Math.expm1(-lam * days[0]) / Math.expm1(-lam * days[1]) : days[0] / days[1];
    return Math.round(first + (last - first) * gone);
  }

  /** What a span says in words, with how sure that is. */
  told(span, at = this.at) {
    const { status, side, stale, sure } = this.reading(span, at);
    if (status > CONTESTED) return status === UNKNOWN ? "who holds it is not known" : "nobody has said anything yet";
    const who = side < 0 ? "" : `${status === CONTESTED ? ", most likely " : " by "}${this.actors[side].name}`;
    return `${status === CONTESTED ? "contested" : "held"}${who} (${sure} %${stale ? ", stale" : ""})`;
  }

  /** Whether two spans say that somebody else holds it, or that it is held otherwise. */
  differ(one, other) {
    if (one === other) return false;
    if (one < 0 || other < 0) return true;
    if (this.status[one] !== this.status[other]) return true;
    return this.status[one] !== UNKNOWN && this.side[one] !== this.side[other];
  }

  /** The numbers of places with coordinates. What is claimed of an area is told in the table: it is no point. */
  drawn() {
    return [...this.lat.keys()].filter((i) => !this.isArea[i] && !Number.isNaN(this.lat[i]) && !Number.isNaN(this.lon[i]));
  }

  /** How many places that are no areas are held by whom, contested, unknown; how many of all are stale; of how many nothing was said yet. */
  tally() {
    const sides = new Int32Array(this.actors.length);
    const told = { sides, contested: 0, unknown: 0, stale: 0, unsaid: 0 };
    for (let place = 0; place < this.count; place += 1) {
      if (this.isArea[place]) continue;
      const span = this.now[place];
      if (span < 0) told.unsaid += 1;
      else if (this.status[span] === UNKNOWN) told.unknown += 1;
      else if (this.status[span] === CONTESTED) told.contested += 1;
      else if (this.side[span] >= 0) sides[this.side[span]] += 1;
      if (span >= 0 && this.status[span] !== UNKNOWN && this.stale[span]) told.stale += 1;
    }
    return told;
  }

  /** The places that are another's at one instant than at an earlier one, the latest change first. */
  changed(since, at) {
    const found = [];
    for (let place = 0; place < this.count; place += 1) {
      const [before, after] = [this.spanAt(place, since), this.spanAt(place, at)];
      if (this.differ(before, after)) found.push({ place, before, after, when: this._turned(place, after) });
    }
    return found.sort((a, b) => b.when - a.when);
  }

  /** When what a span says began: spans of the same word before it belong to it. */
  _turned(place, span) {
    let one = span;
    while (one > this.first[place] && !this.differ(one, one - 1)) one -= 1;
    return one < 0 ? this.from : this.since[one];
  }

  /** Every instant at which control of a place changed, in order of time, with its place. */
  turns() {
    const found = [];
    for (const span of this._inTime) {
      const place = this._place[span];
      if (span > this.first[place] && this.differ(span, span - 1)) found.push({ at: this.since[span], place });
    }
    return found;
  }
}
