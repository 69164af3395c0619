// Decides where the page has its answers from: the server it came from, or the file it is.

import { iso, microseconds } from "./moments.js";

/** A refusal in the words of the command line: what, and what to try. */
export class Refused extends Error {
  constructor(what, next) {
    super(what);
    this.next = next;
  }
}

/** Answers from the server. */
export class Server {
  constructor() {
    this.live = true;
  }

  /** The map document. */
  map(asked) {
    return this._get("map.json", words(asked));
  }

  /** Everything about one place. */
  place(id, asked) {
    return this._get(`places/${encodeURIComponent(id)}.json`, words(asked));
  }

  /** The outlines of a part of the world. */
  outlines(bounds) {
    return this._get("outlines.json", bounds ? { bounds: bounds.join(",") } : {});
  }

  /** What a name may mean that the page itself did not find. */
  find(text) {
    return this._get("find.json", { q: text });
  }

  /** Record something; the answer of the command. */
  async record(path, said) {
    const headers = { "content-type": "application/json", accept: "application/json" };
    return answer(await reached(fetch(path, { method: "POST", headers, body: JSON.stringify(said) })));
  }

  async _get(path, asked) {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    const text = String(query);
    return answer(await reached(fetch(text ? `${path}?${text}` : path, { headers: { accept: "application/json" } })));
  }
}

/** The words of the command line for what is asked. */
function words({ at, known, published, policy }) {
  return {
    at: at === null || at === undefined ? null : iso(at),
    known_at: known === null || known === undefined ? null : iso(known),
    published_by: published ?? null,
    policy: policy && policy !== "bayes" ? policy : null,
  };
}

async function reached(asked) {
  try {
    return await asked;
  } catch {
    throw new Refused("The server does not answer.", "tracker serve starts it again; then reload the page");
  }
}

async function answer(response) {
  let told = null;
  try {
    told = await response.json();
  } catch {
    throw new Refused(`The server answered ${response.status} with something that is no JSON.`, "reload the page");
  }
  if (!response.ok) throw new Refused(told.error ?? `The server answered ${response.status}.`, told.try ?? "reload the page");
  return told;
}

/** Answers from the file that the page is. */
export class Carried {
  constructor(packed) {
    this.live = false;
    const places = { ...packed.map.places, lat: degrees(packed.map.places.lat), lon: degrees(packed.map.places.lon) };
    this._places = new CarriedPlaces(packed.evidence, places);
    this._all = places;
    const own = Object.fromEntries(Object.entries(places).map(([name, column]) => [name, column.slice(0, packed.count)]));
    this._map = { ...packed.map, places: own, spans: unpackedSpans(packed.map.spans, this._places) };
    this._knowledge = packed.knowledge.map((one) => ({ ...one, spans: unpackedSpans(one.spans, this._places), known: microseconds(one.known_at) }));
    this._outlines = packed.outlines;
    this.days = this._knowledge.map((one) => one.known);
  }

  /** The map document, as known on one of the days that the file carries. */
  async map({ known }) {
    if (known === null || known === undefined) return this._map;
    const frame = this._knowledge.find((one) => one.known >= known);
    return frame ? this._then(frame) : this._map;
  }

  /** The places of which something was known then, in columns of their own. */
  _then({ known_at, actors, places: steps, claims, spans }) {
    const rows = summed(steps);
    const number = new Map(rows.map((row, i) => [row, i]));
    const places = Object.fromEntries(Object.entries(this._all).map(([name, column]) => [name, rows.map((row) => column[row])]));
    return { ...this._map, known_at, actors, places: { ...places, claims }, spans: { ...spans, place: spans.place.map((row) => number.get(row)) } };
  }

  /** What the file tells of one place: the verdict of its cut-off, and the claims. */
  async place(id, { at, known }) {
    return this._places.one(id, at, known ?? null);
  }

  /** The outlines that the file carries. */
  async outlines() {
    return this._outlines;
  }

  /** A file has no more names than the page found. */
  async find() {
    return { places: [], near: [] };
  }
}

/** What a file carries of each place: columns, put together for the one that is asked for. */
class CarriedPlaces {
  constructor(evidence, places) {
    Object.assign(this, { cut: evidence.at, columns: evidence.places, claims: evidence.claims, texts: evidence.texts, all: places });
    this.first = [0, ...summed(evidence.places.count)];
    this.event = minutesOf(evidence.claims, this.first);
    this.recorded = summed(evidence.claims.recorded);
  }

  one(id, at, known) {
    const row = this.all.id.indexOf(id);
    if (row < 0 || this.columns.sentence[row] === null) throw new Refused(`This file tells nothing of ${id}.`, `tracker why ${id}`);
    const place = { id, name: this.all.name[row], kind: this.all.kind[row], region: this.all.region[row] };
    const [first, end] = [this.first[row], this.first[row + 1]];
    const rows = Array.from({ length: end - first }, (_, i) => first + i);
    const told = rows.filter((i) => (at === null || this.event[i] * MINUTE <= at) && (known === null || this.recorded[i] * MINUTE <= known));
    return { place, at: iso(this.cut), ...this._verdict(row, place.name), evidence: told.map((i) => this._claim(i, place.name)).reverse(), cut: iso(this.cut) };
  }

  _verdict(row, name) {
    const { columns } = this;
    const text = (column) => this._text(columns[column][row], name);
    const last = this.event[this.first[row + 1] - 1] ?? 0;
    const time = (column) => told(columns[column][row], column === "stale_at" ? last + columns.last_report[row] : last);
    const more = columns.more[row] ?? {};
    const likely = [];
    for (let i = 0; i < columns.likely[row].length; i += 2) likely.push({ actor: columns.actors[columns.likely[row][i]], p: columns.likely[row][i + 1] / 100 });
    const holder = text("holder");
    return {
      sentence: text("sentence"), status: text("status"), controller: holder && { name: holder }, because_for: holder && { name: holder },
      confidence: columns.confidence[row] / 100, basis: text("basis"), freshness: text("freshness"),
      since: columns.since[row] === null ? null : { earliest: time("since_earliest"), latest: time("since") },
      last_report: time("last_report"), stale_at: time("stale_at"), probabilities: likely, claims: columns.counted[row], origins: columns.origins[row],
      would_change: text("would_change")?.replace("\u0002", () => `${time("stale_at").slice(0, 16).replace("T", " ")} UTC`) ?? null,
      pin: more.pin === undefined ? null : { text: this._text(more.pin, name) },
      assessments: more.judged ?? [],
      pressure: this._beside(more.pressure), present: this._beside(more.present),
      beside: [...(more.pressure ?? []), ...(more.present ?? [])].map((i) => ({ claim: this.claims.id[i], text: this._said(i, name) })),
      conflicts: (more.conflicts ?? []).map(([kind, ...claims]) => ({ kind: this.texts[kind], claims: claims.map((i) => this.claims.id[i] ?? "") })),
      flags: (more.flags ?? []).map(([rule, why]) => ({ rule: this.texts[rule], why: this._text(why, name) })),
    };
  }

  _beside(rows) {
    return (rows ?? []).map((i) => ({ claim: this.claims.id[i] }));
  }

  _said(i, name) {
    return `${this._text(this.claims.text[i], name)} (${this._text(this.claims.attribution[i], name) ?? "nobody is named"})`;
  }

  _claim(i, name) {
    const text = (column) => this._text(this.claims[column][i], name);
    const time = (column) => told(this.claims[column][i], this.event[i]);
    const weight = this.claims.weight[i];
    return {
      id: this.claims.id[i], text: text("text"), attribution: text("attribution"), occurred: { earliest: time("earliest"), latest: time("latest") },
      reported: { earliest: told(this.claims.reported_from[i], this.event[i] + (this.claims.reported[i] ?? 0)), latest: time("reported") }, recorded: told(0, this.recorded[i]), standing: text("standing"), stance: text("stance"),
      speaks: text("speaks"), weight: weight === null ? null : weight / 100, url: text("url"), quote: text("quote"), note: text("note"),
    };
  }

  _text(number, name) {
    return number === null || number === undefined ? null : this.texts[number].replaceAll("\u0001", () => name);
  }
}

const MINUTE = 60e6;

/** An instant that is told as so many minutes after another. */
function told(minutes, after) {
  return minutes === null ? null : iso((after + minutes) * MINUTE);
}

/** Times of rows that are told as minutes after the row before, but for the first of each place. */
function minutesOf({ event_at: steps, first: begin, unit }, first) {
  const firsts = new Set(first);
  let last = begin;
  return steps.map((step, i) => { last = (firsts.has(i) ? begin : last) + step * unit; return last; });
}

/** Spans as they were: one that begins with a claim is told by it, -1 for the next of the place, and so on. */
function unpackedSpans(spans, carried) {
  const place = summed(spans.place);
  let [last, next] = [0, 0];
  const from = spans.from.map((step, i) => {
    if (!i || place[i] !== place[i - 1]) [last, next] = [0, carried.first[place[i]]];
    if (step < 0) {
      next -= step;
      last = carried.event[next - 1];
    } else last += step;
    return last * MINUTE;
  });
  return { ...spans, place, from, fading: spans.fading.map((more, i) => spans.confidence[i] + more) };
}

function degrees(column) {
  return column.map((one) => (one === null ? null : one / 1e4));
}

/** Numbers out of their differences. */
function summed(steps) {
  let sum = 0;
  return steps.map((step) => { sum += step; return sum; });
}
