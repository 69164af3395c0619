// Decides how something is recorded from the page: a claim, a judgement, an answer to a flag. The server alone
// decides what may be recorded; a refusal is told in its words and nothing typed is lost.

import { bdi, fill, h, refill } from "./dom.js";

/** The forms of a place that is open. `record(path, said)` sends; `done()` is called after something was recorded. */
export function forms({ place, at, zone, record, done }) {
  return [claimForm({ place, at, zone, record, done }), judgementForm({ place, at, zone, record, done })];
}

function claimForm({ place, at, zone, record, done }) {
  const answer = h("p", { class: "answer", role: "status", id: "claim-answer" });
  const field = (label, name, more) => h("label", {}, label, h("input", { name, ...more }));
  const form = h("form", { class: "write", id: "add-claim" },
    field("What is claimed", "sentence", { required: true, placeholder: `rebels captured ${place.place.name}`, dir: "auto" }),
    h("div", { class: "two" },
      field("Reported by (source)", "source", { required: true, dir: "auto" }),
      field("Said first by", "said_by", { placeholder: "else the source's own voice", dir: "auto" })),
    h("div", { class: "two" }, field("When it happened", "at", { value: zone.typed(at) }), field("Confidence", "confidence", { placeholder: "likely, 70%, B2" })),
    field("Link", "url", { type: "url" }), h("label", {}, "Quote", h("textarea", { name: "quote", rows: "2", dir: "auto" })),
    h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, "Add claim"), " ", h("button", { type: "button", name: "try" }, "What would it change?")),
    answer);
  const send = async (dry) => {
    const told = said(form, ["sentence", "source", "at", "confidence", "url", "quote"]);
    if (form.elements.said_by.value.trim()) told.said_by = form.elements.said_by.value.split(",").map((one) => one.trim()).filter(Boolean);
    if (dry) told.dry_run = true;
    await sent(form, answer, () => record("claims", told), (found) => {
      if (dry) tellChange(answer, found);
      else done(found.recorded ? `Recorded: ${found.claim}.` : `Known already, nothing recorded: ${found.claim}.`);
    });
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); send(false); });
  form.elements.try.addEventListener("click", () => form.reportValidity() && send(true));
  return h("section", {}, h("h3", {}, "Add a claim"), form);
}

function tellChange(answer, found) {
  refill(answer, "Not recorded yet. As of now it would be: ", found.after_sentence ? bdi(found.after_sentence) : bdi(found.claim ?? ""),
    found.conflicts?.length ? ` It contradicts ${found.conflicts.length === 1 ? "another claim" : `${found.conflicts.length} others`}.` : null);
  answer.className = "answer good";
}

function judgementForm({ place, at, zone, record, done }) {
  const answer = h("p", { class: "answer", role: "status", id: "assess-answer" });
  const form = h("form", { class: "write", id: "assess" },
    h("div", { class: "two" },
      h("label", {}, "Who holds it", h("input", { name: "holder", required: true, dir: "auto" })),
      h("label", {}, "How likely", h("input", { name: "likelihood", required: true, placeholder: "likely, 80%" }))),
    h("label", {}, "Why", h("textarea", { name: "reason", rows: "2", required: true, dir: "auto" })),
    h("div", { class: "two" },
      h("label", {}, "From", h("input", { name: "at", value: zone.typed(at) })),
      h("label", {}, "Until", h("input", { name: "until", placeholder: "a day, or nothing" }))),
    h("label", {}, "By", h("input", { name: "by", dir: "auto" })),
    h("div", { class: "row" }, h("button", { type: "submit" }, "Judge")), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sent(form, answer, () => record(`places/${encodeURIComponent(place.place.id)}/assess`, said(form, ["holder", "likelihood", "reason", "at", "until", "by"])), () => {
      done("The judgement is recorded.");
    });
  });
  return h("section", {}, h("h3", {}, "Judge it yourself"), form);
}

/** The answers that a flag can be given. */
export function flagForm(flag, { record, done }) {
  const answer = h("span", { role: "status", class: "small" });
  const button = (label, path, told) => h("button", { type: "button", onclick: async (event) => {
    event.target.disabled = true;
    await sent(null, answer, () => record(`flags/${encodeURIComponent(flag.id)}/${path}`, told), () => { done("The flag is answered."); });
    event.target.disabled = false;
  } }, label);
  return h("p", {}, button("Seen", "ack", {}), " ", button("Snooze a week", "snooze", { until: "+7d" }), answer);
}

function said(form, names) {
  const found = {};
  for (const name of names) {
    const value = form.elements[name].value.trim();
    if (value) found[name] = value;
  }
  return found;
}

async function sent(form, answer, send, then) {
  document.getElementById("notice")?.remove();
  const buttons = form ? [...form.querySelectorAll("button")] : [];
  for (const button of buttons) button.disabled = true;
  answer.className = "answer quiet";
  refill(answer, "…");
  try {
    then(await send());
  } catch (refused) {
    answer.className = "answer bad";
    refill(answer, bdi(refused.message), refused.next ? [" ", h("span", { class: "quiet" }, "Try: ", bdi(refused.next))] : null);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** A refusal where something should have been. */
export function trouble(refused) {
  return fill(h("div", { class: "trouble", role: "alert" }), [
    h("p", { class: "bad" }, bdi(refused.message)), refused.next ? h("p", {}, "Try: ", h("code", {}, bdi(refused.next))) : null]);
}
