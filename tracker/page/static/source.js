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
  constructor(token) {
    this._token = token;
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
    if (this._token) headers["x-tracker-token"] = this._token;
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
  constructor(told) {
    this._told = told;
    this.live = false;
  }

  /** The map document, as known on one of the days that the file carries. */
  async map({ known }) {
    const { map, knowledge } = this._told;
    if (known === null || known === undefined) return map;
    const frame = knowledge.find((one) => microseconds(one.known_at) >= known) ?? { spans: map.spans };
    return { ...map, known_at: frame.known_at ?? null, spans: frame.spans };
  }

  /** What the file tells of one place: the verdict of its cut-off, and the claims. */
  async place(id, { at, known }) {
    return place(this._told, id, at, known);
  }

  /** The outlines that the file carries. */
  async outlines() {
    return this._told.outlines;
  }

  /** A file has no more names than the page found. */
  async find() {
    return { found: [], near: [] };
  }
}

/** One place out of the columns that a file carries. */
function place(told, id, at, known) {
  const { places, claims, words: text } = told.evidence;
  const row = places.id.indexOf(id);
  if (row < 0) throw new Refused(`This file tells nothing of ${id}.`, `tracker why ${id}`);
  const [first, end] = [places.first[row], places.first[row + 1]];
  const name = told.map.places.name[told.map.places.id.indexOf(id)];
  const moment = ([earliest, latest]) => ({ earliest: earliest === null ? null : iso(earliest), latest: latest === null ? null : iso(latest) });
  const evidence = [];
  for (let i = first; i < end; i += 1) {
    const occurred = [claims.earliest[i], claims.latest[i]];
    if (at !== null && claims.event_at[i] > at) continue;
    if (known !== null && known !== undefined && claims.recorded[i] > known) continue;
    evidence.push({
      id: claims.id[i], text: text[claims.text[i]].replaceAll("\u0001", name), attribution: text[claims.attribution[i]],
      occurred: moment(occurred), reported: moment([claims.reported[i], claims.reported[i]]), recorded: iso(claims.recorded[i]),
      standing: text[claims.standing[i]], weight: claims.weight[i], speaks: text[claims.speaks[i]],
      stance: claims.stance[i] === null ? null : text[claims.stance[i]], url: claims.url[i] === null ? null : text[claims.url[i]].replaceAll("\u0001", ""),
      quote: claims.quote[i] === null ? null : text[claims.quote[i]], note: null,
    });
  }
  evidence.reverse();
  return { ...places.told[row], evidence, carried: true };
}
