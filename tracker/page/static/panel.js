// Decides how one place is told: the verdict in a sentence, how sure and why, how control went, and every claim
// for and against with who said it.

import { UNKNOWN } from "./atlas.js";
import { bdi, count, fill, h, percent, source } from "./dom.js";
import { colourOf, markPicture } from "./marks.js";
import { microseconds } from "./moments.js";

const LIKELY = 0.05;
const BASIS = {
  assessed: "independently reported", claimed: "claimed, not independently reported", analyst: "an analyst's judgement",
  inferred: "inferred from places nearby", none: "nobody is named",
};
const STANDING = { corroborated: "good", contradicted: "bad", retracted: "bad", corrected: "warn", stale: "warn", "held back": "warn" };
const SPEAKS = [["for", "For"], ["against", "Against"], ["beside", "Beside it: moves nothing"]];

/** The panel of a place: nodes for the side of the page. */
export class Panel {
  constructor(place, { atlas, zone, at, known, live, links, on, forms }) {
    Object.assign(this, { place, atlas, zone, at, known, live, links, on, forms });
    this._actor = new Map(atlas.actors.map((actor) => [actor.id, actor]));
  }

  /** Everything, in the order in which it is asked for. */
  nodes() {
    const { place } = this;
    const ofNow = this._isOfNow() ? [this._facts(), this._likelihood(), this._conflicts(), this._flags()] : [];
    return [
      this._head(), ...ofNow, this._course(),
      ...(this._isOfNow() ? SPEAKS.map(([speaks, title]) => this._claims(speaks, title)) : [this._saidUpTo()]),
      this._judged(), this._context(), this._isOfNow() && place.would_change && h("section", {}, h("h3", {}, "What would change it"), h("p", {}, bdi(place.would_change))),
      ...(this.forms ?? []),
    ];
  }

  /** Whether what is told is of the time of the map; a file has the reasons of its cut-off alone. */
  _isOfNow() {
    return !this.place.cut || (this.at >= microseconds(this.place.cut) && this.known === null);
  }

  _head() {
    const { place: told, atlas } = this;
    const number = atlas.number.get(told.place.id);
    const others = number === undefined ? [] : telling(atlas.others[number] ?? []);
    const close = h("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this.on.close() }, "✕");
    return h("section", { "aria-label": "Verdict" }, close,
      h("h2", { id: "place", tabindex: "-1" }, bdi(told.place.name)),
      h("p", { class: "quiet small" }, told.place.kind, told.place.region && [", ", bdi(told.place.region)],
        others.length ? [" · ", others.map((name, i) => [i ? ", " : "", bdi(name)])] : null),
      h("p", { class: "sentence", id: "sentence" }, bdi(this._sentence(number))),
      h("p", { class: "quiet small" }, this._asOf()),
      !this._isOfNow() && h("p", {}, `When this file was made, ${this.zone.told(microseconds(told.cut))}: `, bdi(told.sentence)),
      told.note && h("p", { class: "quiet small" }, bdi(told.note)));
  }

  _sentence(number) {
    const { place: told, atlas } = this;
    if (this._isOfNow() || number === undefined) return told.sentence;
    return `${told.place.name}: ${atlas.told(atlas.spanAt(number, this.at), this.at)}.`;
  }

  _asOf() {
    const { place: told, zone } = this;
    const at = this._isOfNow() ? microseconds(told.at) : this.at;
    if (told.cut) return `As of ${zone.told(at)} ${zone.label(at)}${this.known === null ? "" : `, as known on ${zone.day(this.known)}`}, as the claims up to then have it.`;
    const parts = [`As of ${zone.told(at)} ${zone.label(at)}`];
    if (told.known_at) parts.push(`as known on ${zone.told(microseconds(told.known_at))}`);
    if (told.published_by) parts.push(`published by ${zone.told(microseconds(told.published_by))}`);
    if (told.policy && told.policy !== "bayes") parts.push(`by the rule ${told.policy}`);
    return `${parts.join("; ")}.`;
  }

  _facts() {
    const { place: told, zone } = this;
    const when = (text) => h("span", { class: "moment" }, zone.short(microseconds(text)));
    const rows = [];
    if (told.controller && told.status !== "unknown") rows.push(["Sure", `${percent(told.confidence)}, ${BASIS[told.basis] ?? told.basis}`]);
    if (told.since) {
      const { earliest, latest } = told.since;
      rows.push(["Since", earliest && earliest !== latest ? ["between ", when(earliest), " and ", when(latest)] : when(latest)]);
    }
    if (told.freshness) rows.push(["Freshness", [told.freshness, told.last_report && [", last word ", when(told.last_report)]]]);
    if (told.stale_at) rows.push(["Deadline", ["without a new word stale from ", when(told.stale_at)]]);
    if (told.front && told.across) rows.push(["Front", [bdi(told.across.side_name), " across it, at ", bdi(told.across.name), told.across.km ? `, ${told.across.km} km away` : null]]);
    if (told.pin) rows.push(["Pinned", bdi(told.pin.text)]);
    if (told.inferred) rows.push(["Nearby", [`places nearby make `, bdi(told.inferred.name), ` likely (${percent(told.inferred.p)})`]]);
    for (const one of told.pressure ?? []) rows.push(["Pressure", this._named(one.claim)]);
    for (const one of told.present ?? []) rows.push(["Present", this._named(one.claim)]);
    if (told.claims !== undefined) rows.push(["Counted", `${count(told.claims, "claim")} of ${count(told.origins, "origin")}`]);
    return rows.length ? h("dl", { class: "facts" }, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])) : null;
  }

  _named(claim) {
    const told = (this.place.beside ?? []).find((one) => one.claim === claim);
    return this._claimLink(claim, told ? told.text : claim);
  }

  _claimLink(id, text) {
    const href = this.links.claim(id);
    return href ? h("a", { href }, bdi(text)) : bdi(text);
  }

  _likelihood() {
    const { place: told } = this;
    const likely = (told.probabilities ?? []).filter((one) => one.p >= LIKELY).slice(0, 6);
    if (!likely.length || !told.claims) return null;
    const rest = 1 - likely.reduce((sum, one) => sum + one.p, 0);
    const row = (name, p, paint) => {
      const bar = h("i");
      bar.style.width = `${100 * p}%`;
      if (paint) bar.style.setProperty("--fill", paint);
      return h("li", {}, h("span", {}, bdi(name)), h("span", { class: "bar", "aria-hidden": "true" }, bar), h("span", { class: "number" }, percent(p)));
    };
    return h("section", { "aria-label": "Probabilities" }, h("h3", {}, "Who has it, how likely"),
      h("ul", { class: "bars" },
        likely.map((one) => row(this._nameOf(one.actor), one.p, this._actor.has(one.actor) ? colourOf(this._actor.get(one.actor)) : null)),
        rest > 0.02 && row("all others", rest, null)));
  }

  _nameOf(id) {
    return this.place.names?.[id] ?? this._actor.get(id)?.name ?? id;
  }

  _conflicts() {
    const { place: told } = this;
    const pairs = new Map();
    for (const one of told.conflicts ?? []) {
      const key = one.claims.join(" ");
      pairs.set(key, { claims: one.claims, kinds: [...(pairs.get(key)?.kinds ?? []), one.kind] });
    }
    if (!pairs.size) return null;
    const evidence = new Map((told.evidence ?? []).map((one) => [one.id, one]));
    const side = (id) => {
      const one = evidence.get(id);
      return h("div", {}, one ? [h("p", {}, this._claimLink(id, one.text)), h("p", { class: "quiet small" }, bdi(one.attribution), " · ", this.zone.span(one.occurred))]
        : h("p", {}, this._named(id)));
    };
    return h("section", { id: "conflicts" }, h("h3", {}, "Cannot both be true ", h("span", { class: "quiet" }, `(${pairs.size})`)),
      [...pairs.values()].map(({ claims, kinds }) => h("div", { class: "sides" }, h("p", { class: "kind" }, kinds.join(", ")), claims.map(side))));
  }

  _flags() {
    const { place: told } = this;
    if (!told.flags?.length) return null;
    return h("section", { id: "flags" }, h("h3", {}, "Flags"),
      h("ul", { class: "claims" }, told.flags.map((flag) => h("li", {}, h("p", {}, h("span", { class: "chip warn" }, flag.rule), " ", bdi(flag.why)), this._raised(flag), this.on.flagForm?.(flag)))));
  }

  /** When a flag was raised; one of later than the time of the map is about what came after. */
  _raised({ since }) {
    if (!since) return null;
    const at = microseconds(since);
    return h("p", { class: "quiet small" }, at > this.at ? "Raised later: " : "Raised ", this.zone.short(at));
  }

  _course() {
    const { atlas, zone, place: told } = this;
    const place = atlas.number.get(told.place.id);
    if (place === undefined) return null;
    const [first, end] = [atlas.first[place], atlas.first[place + 1]];
    if (first === end) return null;
    const runs = [];
    for (let span = first; span < end && atlas.since[span] <= atlas.to; span += 1) {
      const last = runs.at(-1);
      if (last && !atlas.differ(last.span, span)) { last.stale ??= this._staleFrom(span); continue; }
      runs.push({ span, from: atlas.since[span], stale: this._staleFrom(span) });
    }
    const here = atlas.spanAt(place, this.at);
    const [from, to] = [runs[0].from, atlas.to];
    const words = ({ span }) => {
      const { status, side } = atlas.reading(span);
      const who = side < 0 ? null : bdi(atlas.actors[side].name);
      return status === 2 ? "not known" : status === 1 ? ["contested", who && [", most likely ", who]] : ["held by ", who];
    };
    const strip = h("div", { class: "strip-of-control", "aria-hidden": "true" }, runs.map((run, i) => {
      const { status, side } = atlas.reading(run.span);
      const bar = h("i", { class: status === 1 ? "contested" : null });
      bar.style.flexGrow = String(Math.max(((runs[i + 1]?.from ?? to) - run.from) / Math.max(to - from, 1), 0.002));
      if (status < 2 && side >= 0) bar.style.setProperty("--fill", colourOf(atlas.actors[side]));
      return bar;
    }));
    return h("section", { id: "course" }, h("h3", {}, "How control went"), strip,
      h("ol", { class: "spans" }, runs.map((run, i) => {
        const current = here >= run.span && (i + 1 === runs.length || here < runs[i + 1].span);
        return h("li", { "aria-current": current ? "true" : null },
          h("button", { type: "button", onclick: () => this.on.time(run.from) }, h("span", { class: "number" }, zone.short(run.from)), " ", words(run)),
          run.stale !== null && h("span", { class: "quiet" }, `, stale from ${zone.short(run.stale)}`));
      })));
  }

  _staleFrom(span) {
    return this.atlas.stale[span] && this.atlas.status[span] !== UNKNOWN ? this.atlas.since[span] : null;
  }

  /** The claims up to another time than a file's cut-off: it has no weights of then. */
  _saidUpTo() {
    const all = (this.place.evidence ?? []).map((one) => ({ ...one, weight: null, standing: null, stance: null, speaks: "beside" }));
    return h("section", { id: "claims-then" }, h("h3", {}, "Claims up to then", h("span", { class: "quiet" }, ` (${all.length})`)),
      h("p", { class: "quiet small" }, "What each was worth then, the record tells, not this file."),
      h("ul", { class: "claims" }, all.map((one) => this._claim(one))));
  }

  _claims(speaks, title) {
    const all = (this.place.evidence ?? []).filter((one) => one.speaks === speaks);
    if (!all.length) return null;
    const whom = this.place.because_for?.name;
    const lead = speaks === "beside" || !whom ? null : h("span", { class: "quiet" }, speaks === "for" ? ` ${whom}` : ` ${whom}, or for another`);
    const list = h("ul", { class: "claims" }, all.slice(0, 40).map((one) => this._claim(one)));
    const more = all.length > 40 && h("button", { type: "button", onclick: (event) => { fill(list, all.slice(40).map((one) => this._claim(one))); event.target.remove(); } }, `${count(all.length - 40, "more claim")}`);
    return h("section", { id: `claims-${speaks}` }, h("h3", {}, title, lead, h("span", { class: "quiet" }, ` (${all.length})`)), list, more);
  }

  _claim(one) {
    const { zone } = this;
    const gone = ["retracted", "corrected", "superseded"].includes(one.standing);
    const meta = [zone.span(one.occurred), one.reported?.latest && `reported ${zone.span(one.reported)}`, `recorded ${zone.short(microseconds(one.recorded))}`];
    return h("li", { class: `${one.speaks}${gone ? " gone" : ""}`, "data-claim": one.id },
      one.weight !== null && one.weight !== undefined && Math.abs(one.weight) >= 0.005
        ? h("span", { class: "weight", title: "what it is worth, in log-odds" }, (one.weight > 0 ? "+" : "−") + Math.abs(one.weight).toFixed(2)) : null,
      h("p", { class: "said" }, this._claimLink(one.id, one.text)),
      h("p", {}, bdi(one.attribution), one.url && [" · ", source(one.url, "source")]),
      one.quote && h("blockquote", { dir: "auto" }, bdi(one.quote)),
      one.note && h("p", { class: "small", dir: "auto" }, bdi(one.note)),
      h("p", { class: "meta" }, one.standing && [h("span", { class: `chip ${STANDING[one.standing] ?? ""}` }, one.standing), " "],
        one.stance && one.stance !== "neutral" ? [h("span", { class: "chip" }, one.stance), " "] : null,
        meta.filter(Boolean).join(" · "), " · ", h("span", { class: "number" }, one.id)));
  }

  _judged() {
    const all = this.place.assessments ?? [];
    if (!all.length) return null;
    return h("section", { id: "assessments" }, h("h3", {}, "Analysts' judgements"),
      h("ul", { class: "claims" }, all.map((one) => h("li", {},
        h("p", { class: "said" }, bdi(one.text ?? one.id)),
        h("p", { class: "meta" }, one.state && h("span", { class: `chip ${one.state === "in force" ? "" : "warn"}` }, one.state), " ", bdi(one.by ?? ""), one.reason && [": ", bdi(one.reason)], one.until && ` · until ${this.zone.short(microseconds(one.until))}`)))));
  }

  _context() {
    const all = this.place.context ?? [];
    if (!all.length) return null;
    return h("section", { id: "context" }, h("h3", {}, "Near it"),
      h("ul", { class: "changes" }, all.map((one) => h("li", {}, this._claimLink(one.claim, one.text)))));
  }
}

/** The names worth showing beside a name: those in the scripts of others first, and few. */
function telling(names) {
  const rank = (name) => (/\p{Script=Arabic}/u.test(name) ? 0 : /\p{Script=Cyrillic}/u.test(name) ? 1 : /\p{Script=Latin}/u.test(name) ? 2 : 3);
  return [...names].sort((a, b) => rank(a) - rank(b)).slice(0, 6);
}

/** What stands beside the map while no place is open: what changed last, and what is in sight. */
export function overview({ atlas, zone, at, since, changes, on }) {
  const title = since === null ? "Latest changes" : `Changed since ${zone.day(since)}`;
  const whose = (span) => {
    const { status, side } = atlas.reading(span);
    if (span < 0 || status === UNKNOWN || side < 0) return "not known";
    return [status === 1 ? "contested, most likely " : "", bdi(atlas.actors[side].name)];
  };
  const row = (change) => {
    const { status, side, stale } = atlas.reading(change.after);
    return h("li", {}, markPicture(atlas.actors[side], { status, stale }), h("div", {},
      h("button", { type: "button", class: "linklike", onclick: () => on.pick(change.place) }, bdi(atlas.names[change.place])),
      h("span", { class: "quiet small" }, " ", whose(change.after), change.before < 0 ? null : [" (before: ", whose(change.before), ")"], " · ",
        h("span", { class: "moment" }, zone.short(change.when)))));
  };
  const list = h("ul", { class: "changes", id: "changes" }, changes.slice(0, 60).map(row));
  return [
    h("h2", {}, title), h("p", { class: "quiet small" }, `Up to ${zone.told(at)} ${zone.label(at)}. ${count(changes.length, "place")}.`),
    changes.length ? list : h("p", {}, "Nothing changed hands in that time."),
    changes.length > 60 && h("p", { class: "quiet" }, `and ${count(changes.length - 60, "more place")}; the table has all.`),
  ];
}
