// The ask panel: may somebody do something on a day, is somebody in breach, until when; why, what is missing, what
// would cure it. What is missing can be answered in place.

import { ask } from "./api.js";
import { account, change, given, listen } from "./account.js";
import { element, replace, tell } from "./page.js";
import { pin } from "./scenario.js";
import { said, tree } from "./reasons.js";
import { either, say } from "./words.js";

let box = null;
let tools = null;
const wanted = { kind: "may", party: "", act: "", norm: "", fields: {} };
let last = null;

export function begin(desk, given, at) {
  box = at;
  tools = given;
  listen((what) => {
    if (box.hidden) return;
    if (what === "account") render();
    else answer();
  });
}

export const show = () => render();

const KINDS = {
  may: (each, zh) => `${each.party} ${zh ? "可否" : "may"} ${each.act}${fields(each)}`,
  breach: (each, zh) => `${each.party} ${zh ? "违反" : "in breach of"} ${each.norm}`,
  lastDay: (each, zh) => `${zh ? "末日" : "last day of"} ${each.norm || (zh ? "协议" : "agreement")}`,
  agreement: (each, zh) => (zh ? "协议" : "agreement"),
};

const fields = (each) => Object.entries(each.fields).filter(([, value]) => value).map(([name, value]) =>
  ` ${name}=${/\s/.test(value) ? `"${value}"` : value}`).join("");

function question() {
  const held = account();
  return `${held.day} ${KINDS[wanted.kind](wanted, held.words.chinese)}`;
}

function render() {
  const held = account();
  if (!held?.words) {
    box.replaceChildren(element("p", { class: "soft" }, held?.wrong?.message ?? say("pick")));
    return;
  }
  const { words } = held;
  const acts = words.acts.filter((each) => each.is_act && each.spoken);
  if (!words.parties.some((each) => each.written === wanted.party)) wanted.party = words.parties[0]?.written ?? "";
  if (!words.acts.some((each) => each.written === wanted.act)) {
    wanted.act = acts[0]?.written ?? "";
    acting(words);
  }
  if (!words.norms.some((each) => each.name === wanted.norm)) wanted.norm = words.norms[0]?.name ?? "";
  const act = words.acts.find((each) => each.written === wanted.act);
  const take = (name) => (event) => { wanted[name] = event.target.value; if (name === "act") acting(words); render(); };
  const list = (name, options, label) => element("label", {}, element("span", {}, say(label)), element("select", { onchange: take(name), id: `ask-${name}` },
    options.map(([value, text]) => element("option", { value, selected: value === wanted[name] }, text))));
  replace(box,
    element("form", { class: "asking", onsubmit: (event) => { event.preventDefault(); answer(); } },
      list("kind", Object.keys(KINDS).map((each) => [each, say(`ask_${each}`)]), "question"),
      ["may", "breach"].includes(wanted.kind) ? list("party", words.parties.map((each) => [each.written, either(each)]), "who") : null,
      wanted.kind === "may" ? list("act", acts.map((each) => [each.written, either(each)]), "what") : null,
      ["breach", "lastDay"].includes(wanted.kind) ? list("norm", [...(wanted.kind === "lastDay" ? [["", say("wholeAgreement")]] : []),
        ...words.norms.map((each) => [each.name, each.name === each.clause ? each.clause : `${each.clause} ${each.name}`])], "norm") : null,
      wanted.kind === "may" ? (act?.fields ?? []).map((field) => element("label", {}, element("span", {}, either(field)), element("input", { size: 10,
        value: wanted.fields[field.written] ?? "", oninput: (event) => { wanted.fields[field.written] = event.target.value; },
        onchange: answer }))) : null,
      element("label", {}, element("span", {}, say("day")), element("input", { type: "date", id: "ask-day", value: held.day, onchange: (event) => {
        if (event.target.value) change((each) => { each.day = event.target.value; });
      } }))),
    element("p", { class: "soft" }, say("askAbout", held.rows.length)),
    element("div", { id: "answer", "aria-live": "polite" }));
  answer();
}

// An act that is somebody's is asked about for that party.
function acting(words) {
  wanted.fields = {};
  const by = words.acts.find((each) => each.written === wanted.act)?.by;
  wanted.party = words.parties.find((each) => each.name === by)?.written ?? wanted.party;
}

async function answer() {
  const held = account();
  if (!held?.words) return;
  const line = question();
  last = line;
  const told = await ask("ask", { ...given(), question: line }).catch((wrong) => ({ wrong }));
  const at = document.getElementById("answer");
  if (!at || last !== line) return;
  if (told.wrong) {
    at.replaceChildren(element("p", { class: "bad", role: "alert" }, told.wrong.message));
    return;
  }
  at.replaceChildren(...tree(told, tools.cite), missing(held, told), said("couldBe", told.could_be) ?? "", said("cure", told.cure) ?? "",
    said("assumes", told.assumes) ?? "", element("div", { class: "bar" },
      element("button", { class: "quiet", onclick: () => { pin(told.expect); tell(say("pinned", told.expect)); } }, say("pinAnswer"))));
}

// ---- what is missing, answered in place

function missing(held, told) {
  if (!told.missing.length) return "";
  return element("div", { class: "told" }, element("h3", {}, say("missing")), element("ul", { class: "missing" },
    told.missing.map((each) => element("li", {}, element("p", {}, either(each.said)), form(held, each)))));
}

function form(held, each) {
  if (each.kind === "question") return judged(held, each);
  const about = each.kind === "blank" ? held.words.blanks.find((one) => one.name === each.name)
    : each.kind === "reading" ? held.words.readings.find((one) => one.written === each.name || one.name === each.name || one.inside === each.name) : null;
  if (!about) return null;
  const value = choice(about);
  const name = each.kind === "blank" ? about.written : about.name;
  return filled(value, null, () => change((one) => {
    one.settings = [...one.settings.filter((written) => !written.startsWith(`${name} `)), `${name} = ${value.value.trim()}`];
  }, true));
}

// The answer of a human becomes an entry of the ledger, with the evidence that it rests on.
function judged(held, each) {
  const about = held.words.questions.find((one) => one.name === each.name);
  if (!about) return null;
  const value = choice(about.options.length ? about : { kind: about.kind, options: [] });
  const evidence = element("input", { placeholder: about.evidence || say("evidence"), "aria-label": say("evidence") });
  return filled(value, evidence, () => change((one) => one.rows.push({
    day: one.day, time: "09:00", by: "", name: "answer", tail: "", fields: { question: about.outside, value: value.value.trim(),
      ...(each.about ? { about: each.about } : {}), ...(evidence.value.trim() ? { evidence: evidence.value.trim() } : {}) },
  }), true));
}

function choice(about) {
  const { chinese } = account().words;
  const options = about.options.length ? about.options.map((each) => [each.name, either(each)])
    : about.kind === "flag" ? [[chinese ? "是" : "yes", say("yes")], [chinese ? "否" : "no", say("no")]] : null;
  return options ? element("select", { "aria-label": say("answer") }, options.map(([value, text]) => element("option", { value }, text)))
    : element("input", { type: { day: "date" }[about.kind] ?? "text", "aria-label": say("answer") });
}

const filled = (value, evidence, act) => element("form", { class: "bar", onsubmit: (event) => {
  event.preventDefault();
  if (value.value.trim()) act();
} }, value, evidence, element("button", { class: "quiet" }, say("answer")));
