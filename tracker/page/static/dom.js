// Decides how elements are made: text is always text, a value from the record stands in <bdi>, and only
// http and https become links. Nothing here takes markup.

/** An element; `attrs` holds attributes, `on…` handlers and `class`; children are nodes, text, or nothing. */
export function h(tag, attrs, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  fill(element, children);
  return element;
}

/** Put children into an element, nested lists and gaps allowed. */
export function fill(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Put children in the place of what an element holds. */
export function refill(element, ...children) {
  element.replaceChildren();
  return fill(element, children);
}

/** A value from the record: whatever its script, it keeps to itself. */
export function bdi(text) {
  const element = document.createElement("bdi");
  element.textContent = shown(String(text ?? ""));
  return element;
}

// Controls, and the characters that turn the direction of what follows, are shown as what they are.
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text without what could move or hide its neighbours. */
export function shown(text) {
  return text.replace(UNSEEN, (char) => `\\u${char.codePointAt(0).toString(16).padStart(4, "0")}`);
}

/** A link to a source, if its address is one of the web; else the address as text. */
export function source(url, text) {
  if (!url) return null;
  let safe = null;
  try {
    const parsed = new URL(url);
    if (parsed.protocol === "https:" || parsed.protocol === "http:") safe = parsed.href;
  } catch {
    safe = null;
  }
  if (safe === null) return bdi(url);
  return h("a", { href: safe, rel: "noopener noreferrer nofollow", target: "_blank" }, text);
}

/** A share of one in words, never all or nothing. */
export function percent(p) {
  return `${Math.min(99, Math.max(1, Math.round(100 * p)))} %`;
}

/** "1 claim", "2 claims". */
export function count(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
