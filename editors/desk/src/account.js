// The account that scenarios and questions are about: settings, events, a day, answers expected. One for each contract,
// kept in the browser, so that a closed window loses nothing.

import { ask } from "./api.js";
import { later } from "./page.js";

const PAIR = /([^\s=]+)=(?:"([^"]*)"|(\S+))/g;
const PARTS = ["settings", "rows", "day", "expect", "title"];

let held = null; // {path, settings, rows, day, expect, title, words, told, wrong}
const listeners = new Set();
let asking = new AbortController();

export const account = () => held;
export const listen = (act) => listeners.add(act);
const tell = (what) => listeners.forEach((each) => each(what));

// ---- lines and rows

// A row is one event: {day, time, by, name, fields, tail}; its id is e1, e2, … by its place.
export function row(line, words) {
  const found = /^(\d{4}-\d{2}-\d{2}|\?)(?:[ T](\d{1,2}:\d{2})(?::\d{2})?)?\s+(.*)$/.exec(line);
  if (!found) return null;
  const fields = {};
  const rest = found[3].replace(PAIR, (_, key, quoted, plain) => { fields[key] = quoted ?? plain; return ""; });
  const made = { day: found[1], time: found[2] ?? "", by: "", name: "", fields, tail: "" };
  const parties = new Set(words.parties.flatMap((each) => [each.name, each.written]).concat("both", "双方"));
  for (const word of rest.split(/\s+/).filter(Boolean)) {
    if (word === "alleged" || word === "所称") made.tail = word;
    else if (!made.by && parties.has(word)) made.by = word;
    else made.name = word;
  }
  // One spelling for each party and act, so that lists can show it.
  made.by = spelled(words.parties, made.by);
  const act = words.acts.find((each) => [each.name, each.written].includes(made.name));
  if (act) {
    made.name = act.written;
    for (const field of act.fields) {
      if (field.name !== field.written && field.name in fields) {
        fields[field.written] = fields[field.name];
        delete fields[field.name];
      }
    }
  }
  return made;
}

const spelled = (all, word) => all.find((each) => [each.name, each.written].includes(word))?.written ?? word;
const quoted = (value) => (/[\s"]/.test(value) ? `"${value.replaceAll('"', "")}"` : value);

export function line(each) {
  const fields = Object.entries(each.fields).filter(([, value]) => value !== "").map(([key, value]) => `${key}=${quoted(value)}`);
  return [[each.day || "?", each.time].filter(Boolean).join(" "), each.by, each.name, ...fields, each.tail]
    .filter(Boolean).join(" ");
}

// ---- the account of a contract

export async function turnTo(contract, today) {
  if (held?.path === contract.path) return refresh();
  const kept = JSON.parse(localStorage.getItem(`contract-desk-account ${contract.home} ${contract.path}`) ?? "null");
  held = { home: contract.home, path: contract.path, settings: [], rows: [], day: today, expect: [], title: "",
    ...kept, text: contract.text, words: null, told: null, wrong: null };
  tell("account");
  return refresh();
}

let source = async () => null;
export const reads = (act) => { source = act; };

const keep = later(() => {
  const kept = Object.fromEntries(PARTS.map((part) => [part, held[part]]));
  localStorage.setItem(`contract-desk-account ${held.home} ${held.path}`, JSON.stringify(kept));
}, 100);

export const given = () => ({
  path: held.path, text: held.text, settings: held.settings, ledger: held.rows.map(line), day: held.day,
});

// Change the account, and look what comes of it. `shape` tells that rows came or went.
export function change(act, shape = false) {
  act(held);
  keep();
  if (shape) tell("account");
  refreshLater();
}

const refreshLater = later(() => refresh(), 120);

export async function refresh() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const mine = held;
  if (!mine) return;
  try {
    mine.text = (await source(mine.path)) ?? mine.text;
    const words = await ask("words", { path: mine.path, text: mine.text, settings: mine.settings }, signal);
    const first = !mine.words;
    mine.words = words;
    if (first) tell("account");
    mine.told = await ask("scene", given(), signal);
    mine.wrong = null;
  } catch (wrong) {
    if (wrong.name === "AbortError") return;
    mine.wrong = wrong;
  }
  if (held === mine) tell("told");
}

export function load(one) {
  change((each) => {
    each.settings = [...(one.settings ?? [])];
    each.rows = (one.ledger ?? []).map((written) => row(written, each.words)).filter(Boolean);
    each.expect = [...(one.expect ?? [])];
    each.title = one.title ?? "";
    each.day = one.day ?? days(one.expect ?? []).at(-1) ?? days(one.ledger ?? []).at(-1) ?? each.day;
  }, true);
}

const days = (lines) => lines.map((each) => /^\d{4}-\d{2}-\d{2}/.exec(each)?.[0]).filter(Boolean).sort();

// Take an event away; those that named a later one by its number still name the same.
export function remove(place) {
  change((each) => {
    each.rows.splice(place, 1);
    for (const other of each.rows) {
      for (const [key, value] of Object.entries(other.fields)) {
        const found = /^e(\d+)$/.exec(value);
        if (!found) continue;
        const number = Number(found[1]);
        if (number === place + 1) other.fields[key] = "";
        else if (number > place + 1) other.fields[key] = `e${number - 1}`;
      }
    }
  }, true);
}
