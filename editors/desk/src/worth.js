// What saving made better or worse: errors, scenarios and findings, each against what the last save came to.

import { ask } from "./api.js";
import { element } from "./page.js";
import { either, say } from "./words.js";

const MEASURES = ["check", "test", "coverage", "analyse"];
const seen = new Map(); // path -> {before, now}: measure -> what was told

// The rows: what is counted in a measure, and whether more of it is better.
const ROWS = [
  ["errors", "check", (told) => told.errors, -1],
  ["warnings", "check", (told) => told.warnings, -1],
  ["passed", "test", (told) => told.passed, 1],
  ["failed", "test", (told) => told.failed, -1],
  ["findings", "analyse", (told) => open(told).length, -1],
];
const open = (told) => (told.findings ?? []).filter((each) => !each.accepted);

// What can be named one by one, for what is new and what is gone.
const NAMED = {
  check: (told) => (told.diagnostics ?? []).map((each) => [`${each.code} ${each.message.en}`, each.message]),
  test: (told) => (told.outcomes ?? []).filter((each) => each.status === "failed").map((each) =>
    [each.name.replace(/:\d+ /, " "), { zh: `${each.name}：得${each.got}`, en: `${each.name}: got ${each.got}` }]),
  analyse: (told) => open(told).map((each) => [each.key, each.sentence]),
};

// The layers of law under which the analysis looks.
const LAYERS = "contract-desk-layers";
export const chosenLayers = () => JSON.parse(localStorage.getItem(LAYERS) ?? "[]");
export function chooseLayers(layers) {
  localStorage.setItem(LAYERS, JSON.stringify(layers));
  // What was found under other law is no measure of this.
  for (const each of seen.values()) delete each.now.analyse;
  for (const each of seen.values()) delete each.before.analyse;
}

// Measure what is saved. The first time there is nothing to compare with.
export function measure(path, shown) {
  const last = seen.get(path);
  last?.stop.abort();
  const mine = { before: { ...last?.before, ...last?.now }, now: {}, stop: new AbortController() };
  seen.set(path, mine);
  shown();
  one(path, mine, shown);
}

// One after the other, the quickest first: they share the machine with whoever types.
async function one(path, mine, shown) {
  const layers = chosenLayers().length ? ["contract", ...chosenLayers()].join(",") : "";
  for (const what of MEASURES) {
    try {
      mine.now[what] = await ask("measure", { path, what, layers }, mine.stop.signal);
    } catch (wrong) {
      if (wrong.name === "AbortError") return;
      mine.now[what] = { unread: wrong.message };
    }
    if (seen.get(path) !== mine) return;
    shown();
  }
}

export const latest = (path, what) => seen.get(path)?.now[what] ?? seen.get(path)?.before[what];

export function table(path) {
  const { before, now } = seen.get(path) ?? { before: {}, now: {} };
  const rows = ROWS.map(([name, what, count, good]) => {
    const told = now[what];
    if (!told) return row(name, "…", say("looking"), "");
    if (told.unread) return row(name, "–", "", "");
    const is = count(told);
    const was = before[what] && !before[what].unread ? count(before[what]) : null;
    if (was === null) return row(name, is, "", "");
    const tone = is === was ? "same" : (is - was) * good > 0 ? "better" : "worse";
    return row(name, is, is === was ? say("same") : `${was} → ${is} ${say(tone)}`, tone);
  });
  return element("div", {},
    element("table", { class: "worth" }, element("tbody", {}, rows)), ...unread(now), ...changes(before, now));
}

function row(name, count, said, tone) {
  return element("tr", { class: tone }, element("th", { scope: "row" }, say(name)), element("td", { class: "count" },
    String(count)), element("td", {}, said));
}

function unread(now) {
  const said = Object.values(now).find((each) => each.unread)?.unread;
  return said ? [element("p", { class: "soft" }, say("unread", said.split("\n")[0]))] : [];
}

function changes(before, now) {
  const items = [];
  for (const what of Object.keys(NAMED)) {
    if (!before[what] || !now[what] || before[what].unread || now[what].unread) continue;
    const was = new Map(NAMED[what](before[what]));
    const is = new Map(NAMED[what](now[what]));
    for (const [key, said] of is) if (!was.has(key)) items.push(item("worse", "come", said));
    for (const [key, said] of was) if (!is.has(key)) items.push(item("better", "gone", said));
  }
  return items.length ? [element("ul", { class: "changes" }, items)] : [];
}

const item = (tone, word, said) =>
  element("li", { class: tone }, element("em", {}, say(word)), " ", either(said));
