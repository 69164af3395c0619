// Decides how a typed name is found: spellings of one name share a key, and the nearest come first.

const LETTERS = {
  "ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe",
  "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ـ": "", "ء": "",
};
const ARTICLE = /^(?:[aeiu]l|a[dnrstz]|e[dnrstz]|[ae](?:dh|sh|th))$/;

/** The key of a name. */
export function folded(text) {
  const plain = text.normalize("NFKD").toLowerCase().normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, (char) => (/\p{Mc}/u.test(char) ? char : ""))
    .replace(/[\u0060´‘’‛′ʹʻʼʽʾʿˀˈˊˋ'ꞌ＇]/g, "")
    .replace(/./gsu, (char) => LETTERS[char] ?? (/[\p{L}\p{N}\p{M}]/u.test(char) ? char : " "));
  const words = plain.split(/\s+/).filter(Boolean);
  const bare = words.map((word) => (/^ال..../.test(word) ? word.slice(2) : word)).filter((word) => !ARTICLE.test(word));
  return (bare.length ? bare : words).join(" ");
}

/** Names of places, to be searched as they are typed. */
export class Finder {
  constructor(atlas) {
    this._atlas = atlas;
    this._keys = null;
  }

  /** The places that a text may mean, best first: {place, name} with the name that was met. */
  find(text, most = 12) {
    const key = folded(text);
    if (!key) return [];
    const found = new Map();
    for (const [name, place, shown] of this._all()) {
      const rank = ranked(name, key);
      if (rank === null) continue;
      const known = found.get(place);
      if (!known || rank < known.rank) found.set(place, { place, name: shown, rank });
    }
    const { claims, names } = this._atlas;
    const ordered = [...found.values()].sort((a, b) =>
      a.rank - b.rank || (claims[b.place] ?? 0) - (claims[a.place] ?? 0) || names[a.place].localeCompare(names[b.place]));
    return ordered.slice(0, most);
  }

  _all() {
    this._keys ??= this._atlas.names.flatMap((name, place) =>
      [name, ...(this._atlas.others[place] ?? []), this._atlas.ids[place]].map((one) => [folded(one), place, one]));
    return this._keys;
  }
}

function ranked(name, key) {
  if (name === key) return 0;
  if (name.startsWith(key)) return 1;
  if (name.includes(` ${key}`)) return 2;
  return key.length > 2 && name.includes(key) ? 3 : null;
}
