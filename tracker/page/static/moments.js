// Decides how instants are read and shown: microseconds since the epoch, told in the tracker's zone.

export const HOUR = 3600e6;
export const DAY = 24 * HOUR;

/** Microseconds of an ISO 8601 instant; null stays null. */
export function microseconds(iso) {
  if (!iso) return null;
  const [, head, digits] = /^(.*?)(?:\.(\d+))?Z$/.exec(iso) ?? [null, iso, null];
  const whole = Date.parse(digits === undefined || digits === null ? iso : `${head}Z`);
  return whole * 1000 + Number((digits ?? "").padEnd(6, "0").slice(0, 6));
}

/** The instant as ISO 8601, exactly. */
export function iso(at) {
  const second = Math.floor(at / 1e6);
  const rest = Math.round(at - second * 1e6);
  const text = new Date(second * 1000).toISOString().slice(0, 19);
  return rest ? `${text}.${String(rest).padStart(6, "0")}Z` : `${text}Z`;
}

/** Instants in one zone. */
export class Zone {
  constructor(name) {
    this.name = known(name);
    const asked = { timeZone: this.name, hourCycle: "h23", calendar: "gregory", numberingSystem: "latn" };
    const numeric = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
    this._parts = new Intl.DateTimeFormat("en-GB", { ...asked, ...numeric });
    this._long = new Intl.DateTimeFormat("en-GB", { ...asked, weekday: "short", day: "numeric", month: "short", year: "numeric" });
  }

  /** Year, month, day, hour, minute, second of an instant. */
  parts(at) {
    const found = { };
    for (const part of this._parts.formatToParts(new Date(Math.floor(at / 1000)))) found[part.type] = Number(part.value);
    return found;
  }

  /** Microseconds by which local time is ahead of UTC then. */
  offset(at) {
    const { year, month, day, hour, minute, second } = this.parts(at);
    return Date.UTC(year, month - 1, day, hour, minute, second) * 1000 - Math.floor(at / 1e6) * 1e6;
  }

  /** The first instant of a local day; `day` may lie outside its month. */
  midnight(year, month, day) {
    return this._instant(Date.UTC(year, month - 1, day) * 1000);
  }

  /** The last microsecond of the local day of an instant, or of one some days away. */
  endOfDay(at, days = 0) {
    const { year, month, day } = this.parts(at);
    return this.midnight(year, month, day + days + 1) - 1;
  }

  /** What a person types for a day or a moment, as the command line reads it; null: unreadable. */
  read(text) {
    const day = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
    if (day) return isDay(...day.slice(1).map(Number)) ? this.midnight(+day[1], +day[2], +day[3] + 1) - 1 : null;
    const naive = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
    if (naive) {
      const [year, month, date, hour, minute, second] = naive.slice(1).map((one) => Number(one ?? 0));
      if (!isDay(year, month, date) || hour > 23 || minute > 59 || second > 59) return null;
      return this._instant(Date.UTC(year, month - 1, date, hour, minute, second) * 1000);
    }
    const at = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(at)) return null;
    return text.endsWith("Z") ? microseconds(text) : at * 1000;
  }

  /** The instant at which clocks show a time, told as if they were UTC's: the first of two where they show it twice,
   * and where they leave it out, that at which they would have shown it. */
  _instant(local) {
    const [before, after] = [this.offset(local - DAY), this.offset(local + DAY)];
    const is = (offset) => this.offset(local - offset) === offset;
    return local - (is(before) || !is(after) ? before : after);
  }

  /** An instant as the command line would be told it: a day where it is the end of one. */
  typed(at) {
    const { year, month, day } = this.parts(at);
    const date = `${year}-${two(month)}-${two(day)}`;
    if (at === this.midnight(year, month, day + 1) - 1) return date;
    if (at % 60e6 === 0 && this.read(`${date}T${this.clock(at)}`) === at) return `${date}T${this.clock(at)}`;
    return iso(at);
  }

  /** "Sat, 7 Dec 2024, 18:30". */
  told(at) {
    return `${this.day(at)}, ${this.clock(at)}`;
  }

  /** "Sat, 7 Dec 2024". */
  day(at) {
    return this._long.format(new Date(Math.floor(at / 1000)));
  }

  /** "18:30". */
  clock(at) {
    const { hour, minute } = this.parts(at);
    return `${two(hour)}:${two(minute)}`;
  }

  /** "2024-12-07 18:30", or the day alone where a day is all that is known. */
  short(at) {
    const { year, month, day } = this.parts(at);
    return `${year}-${two(month)}-${two(day)} ${this.clock(at)}`;
  }

  /** When something happened, from a claim's `occurred` or `reported`. */
  span(moment) {
    if (!moment || moment.latest === null || moment.latest === undefined) return "time not told";
    const last = microseconds(moment.latest);
    if (moment.earliest === null) return `until ${this.short(last)}`;
    const first = microseconds(moment.earliest);
    const { year, month, day } = this.parts(first);
    const date = `${year}-${two(month)}-${two(day)}`;
    const end = this.endOfDay(first);
    if (first === this.midnight(year, month, day) && last <= end && end - last < 60e6) return date; // a file has minutes
    if (last - first < 60e6) return this.short(first);
    return `${this.short(first)} to ${this.short(last)}`;
  }

  /** How far local time is ahead then, as the command line writes it: "+03", "UTC". */
  label(at) {
    const minutes = Math.round(this.offset(at) / 60e6);
    if (!minutes) return "UTC";
    const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return `${minutes < 0 ? "-" : "+"}${two(hours)}${rest ? `:${two(rest)}` : ""}`;
  }
}

function isDay(year, month, date) {
  const found = new Date(Date.UTC(year, month - 1, date));
  return year > 0 && found.getUTCMonth() === month - 1 && found.getUTCDate() === date;
}

function two(n) {
  return String(n).padStart(2, "0");
}

function known(name) {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name;
  } catch {
    return "UTC";
  }
}
