// The scenario builder: events on a timeline and in a table, where the account stands on a day, and who may do what.

import { ask } from "./api.js";
import { account, change, given, listen, load, remove } from "./account.js";
import { element, replace, tell } from "./page.js";
import { pill, tree } from "./reasons.js";
import { dayOfNumber, slider, timeline } from "./timeline.js";
import { dated, either, say } from "./words.js";

let box = null;
let tools = null;
const opened = new Set(); // questions whose reasons are shown

export function begin(desk, given, at) {
  box = at;
  tools = given;
  listen((what) => { if (!box.hidden) (what === "account" ? render() : results()); });
}

export function show() {
  render();
}

// Show at once why a question has its answer: opened from elsewhere, with the history that it is asked of.
export function explain(question) {
  opened.clear();
  asked = question;
  toShow = true;
  results();
}

let asked = null;
let toShow = false;

async function why(at) {
  if (!asked) return;
  const question = asked;
  const told = await ask("ask", { ...given(), question }).catch((wrong) => tell(wrong.message, "bad"));
  if (!told || asked !== question) return;
  at.replaceChildren(...tree(told, tools.cite), element("button", { class: "quiet", onclick: () => pin(told.expect) },
    say("pinAnswer")));
  if (toShow) at.scrollIntoView({ block: "center" });
  toShow = false;
}

// ---- the whole

function render() {
  const held = account();
  if (!held) {
    box.replaceChildren(element("p", { class: "soft" }, say("pick")));
    return;
  }
  if (!held.words) {
    box.replaceChildren(element("p", { class: "soft" }, held.wrong ? held.wrong.message : say("looking")));
    return;
  }
  replace(box,
    element("div", { class: "bar" }, ...existing(), element("button", { class: "quiet", onclick: () => { asked = null; load({ day: held.day }); } },
      say("emptyScenario"))),
    time(),
    settings(held), events(held),
    element("div", { id: "results", "aria-live": "polite" }), saving());
  results();
}

function existing() {
  const select = element("select", { "aria-label": say("openScenario"), id: "cases" }, element("option", { value: "" }, say("openScenario")));
  tools.cases().then((found) => found.forEach((each, place) =>
    select.append(element("option", { value: String(place) }, each.title))));
  select.onchange = async () => {
    const found = (await tools.cases())[Number(select.value)];
    asked = null;
    if (found) load(found);
  };
  return [select];
}

// ---- the day

const move = (place, day) => {
  change((each) => {
    if (place === null) each.day = day;
    else each.rows[place].day = day;
  }, place !== null);
  timeShown();
};

function time() {
  return element("div", { id: "time" }, element("div", { id: "picture" }), element("div", { class: "day" },
    element("label", {}, element("span", {}, say("day")), element("input", { type: "date", id: "day",
      onchange: (event) => event.target.value && move(null, event.target.value) })),
    element("input", { type: "range", id: "cursor", "aria-label": say("dayCursor"),
      oninput: (event) => move(null, dayOfNumber(Number(event.target.value))) })));
}

// Draw the line of days anew; what somebody holds stays in their hand.
function timeShown() {
  const held = account();
  const cursor = document.getElementById("cursor");
  const day = document.getElementById("day");
  if (!cursor) return;
  if (document.activeElement !== cursor) Object.assign(cursor, slider(held.rows, held.day));
  cursor.setAttribute("aria-valuetext", held.day);
  if (document.activeElement !== day) day.value = held.day;
  document.getElementById("picture").replaceChildren(
    timeline({ rows: held.rows, day: held.day, breaches: held.told?.breaches, names: (each) => each.name }, move));
}

// ---- settings

function settings(held) {
  const known = [...held.words.blanks.map((each) => [each.written, either(each), each]),
    ...held.words.readings.map((each) => [each.name, `${either(each)} (${each.name})`, each])];
  const rows = held.settings.map((written, place) => {
    const [name, value] = written.split("=").map((each) => each.trim());
    const [, label, about] = known.find(([each]) => each === name) ?? [name, name, null];
    return element("li", {}, element("label", {}, element("span", {}, label), input(about, value ?? "", (next) =>
      change((each) => { each.settings[place] = `${name} = ${next}`; }))), gone(() =>
      change((each) => each.settings.splice(place, 1), true)));
  });
  const add = element("select", { "aria-label": say("addSetting"), id: "add-setting" }, element("option", { value: "" }, say("addSetting")),
    known.filter(([name]) => !held.settings.some((each) => each.startsWith(`${name} `)))
      .map(([name, label]) => element("option", { value: name }, label)),
    element("option", { value: "layers" }, say("layers")));
  add.onchange = () => {
    const about = known.find(([name]) => name === add.value)?.[2];
    const value = add.value === "layers" ? "contract, civil" : about?.options[0]?.name ?? "";
    change((each) => each.settings.push(`${add.value} = ${value}`), true);
  };
  return element("details", { open: held.settings.length > 0 }, element("summary", {}, say("settings")),
    element("ul", { class: "settings" }, rows), add);
}

function input(about, value, done) {
  if (about?.options?.length) return select(about.options.map((each) => [each.name, either(each)]), value, done);
  if (about?.kind === "flag") {
    return select([["", "–"], [yes(), say("yes")], [no(), say("no")]], value, done);
  }
  const kind = { day: "date", count: "number" }[about?.kind] ?? "text";
  return element("input", { type: kind, value, size: 10, oninput: (event) => done(event.target.value) });
}

const yes = () => (account().words.chinese ? "是" : "yes");
const no = () => (account().words.chinese ? "否" : "no");

function select(options, value, done, label = null) {
  const known = options.some(([each]) => each === value);
  const made = element("select", { "aria-label": label, onchange: (event) => done(event.target.value) },
    known ? null : element("option", { value }, value), options.map(([each, said]) => element("option", { value: each }, said)));
  made.value = value;
  return made;
}

const gone = (act) => element("button", { class: "gone", "aria-label": say("remove"), onclick: act }, "×");

// ---- events

function events(held) {
  const rows = held.rows.map((each, place) => eventRow(held, each, place));
  const add = element("button", { class: "quiet", id: "add-event", onclick: () => {
    const act = held.words.acts.find((each) => each.spoken) ?? held.words.acts[0];
    change((each) => each.rows.push(blank(held, act)), true);
    document.querySelector("#events tbody tr:last-child .act")?.focus();
  } }, say("addEvent"));
  return element("section", {}, element("h2", {}, say("events")), element("table", { id: "events" }, element("thead", { class: "aloud" },
    element("tr", {}, ["number", "day", "time", "who", "what", "remove"].map((each) => element("th", { scope: "col" }, say(each))))),
    element("tbody", {}, rows)), element("p", { id: "wrong", class: "bad", role: "alert", hidden: true }), add);
}

function blank(held, act) {
  const by = act.is_act ? held.words.parties.find((each) => each.name === act.by)?.written ?? held.words.parties[0]?.written ?? "" : "";
  const fields = Object.fromEntries(act.fields.map((each) => [each.written, sample(held, each)]));
  return { day: held.day, time: "09:00", by, name: act.written, fields, tail: "" };
}

function sample(held, field) {
  if (field.kind === "occurrence") return ids(held, field.of)[0] ?? "";
  if (field.kind === "money") return "100.00";
  if (field.kind === "count") return "1";
  if (field.kind === "day") return held.day;
  if (field.options.length) return field.options[0].name;
  return "";
}

// The events of a kind so far, the last first.
function ids(held, name) {
  const written = held.words.acts.find((each) => each.name === name)?.written;
  return held.rows.map((each, place) => (each.name === written ? `e${place + 1}` : null)).filter(Boolean).reverse();
}

function eventRow(held, each, place) {
  const act = held.words.acts.find((one) => one.written === each.name);
  const set = (name) => (event) => change(() => { each[name] = event.target.value; });
  const acts = [...held.words.acts].sort((one, other) => other.spoken - one.spoken)
    .map((one) => [one.written, either(one)]).concat(each.name === JUDGED ? [[JUDGED, say("judgement")]] : []);
  const who = act && !act.is_act ? null : select([["", "–"], ...held.words.parties.map((one) => [one.written, either(one)]),
    [chosenBoth(), say("both")]], each.by, (value) => change(() => { each.by = value; }), say("who"));
  if (who) who.id = `who-${place}`;
  const what = select(acts, each.name, (value) => change((one) => {
    const next = blank(held, held.words.acts.find((other) => other.written === value));
    one.rows[place] = { ...next, day: each.day, time: each.time };
  }, true), say("what"));
  what.classList.add("act");
  what.id = `act-${place}`;
  return element("tr", { "data-place": place },
    element("td", { class: "id" }, `e${place + 1}`),
    element("td", {}, element("input", { type: "date", value: each.day, "aria-label": say("day"), onchange: (event) =>
      change(() => { each.day = event.target.value; }) })),
    element("td", {}, element("input", { type: "time", value: each.time.padStart(each.time ? 5 : 0, "0"), "aria-label": say("time"), onchange: set("time") })),
    element("td", {}, who),
    element("td", {}, what, element("div", { class: "fields" }, (act?.fields ?? []).map((field) =>
      fieldOf(held, each, field)), judgement(held, each) ?? other(each, act))),
    element("td", {}, gone(() => remove(place))));
}

const chosenBoth = () => (account().words.chinese ? "双方" : "both");

// What a human has found: the question in its own words, and the answer to choose.
const JUDGED = "answer";

function judgement(held, each) {
  const about = each.name === JUDGED && held.words.questions.find((one) =>
    [one.name, one.written, one.outside].includes(each.fields.question));
  if (!about) return null;
  const { question, value, ...rest } = each.fields;
  return element("label", {}, element("span", {}, either(about.text) || either(about)),
    input(about, value ?? "", (next) => change(() => { each.fields.value = next; })), other({ ...each, fields: rest }));
}

// What an entry holds besides the fields of its act is shown as it is written.
function other(each, act) {
  const known = new Set((act?.fields ?? []).map((field) => field.written));
  const rest = Object.entries(each.fields).filter(([name]) => !known.has(name)).map(([name, value]) => `${name}=${value}`);
  return rest.length || each.tail ? element("span", { class: "soft" }, [...rest, each.tail].join(" ")) : null;
}

function fieldOf(held, each, field) {
  const done = (value) => change(() => { each.fields[field.written] = value; });
  const value = each.fields[field.written] ?? "";
  const made = field.kind === "occurrence"
    ? select([["", "–"], ...ids(held, field.of).map((id) => [id, id])], value, done)
    : input(field, value, done);
  return element("label", {}, element("span", {}, either(field)), made);
}

// ---- what comes of it

function results() {
  const held = account();
  const at = document.getElementById("results");
  const wrong = document.getElementById("wrong");
  if (!at || !held) return;
  timeShown();
  wrong.hidden = !held.wrong;
  for (const each of box.querySelectorAll("tr.bad")) each.classList.remove("bad");
  if (held.wrong) {
    wrong.textContent = held.wrong.message;
    const place = /^ledger (\d+)$/.exec(held.wrong.field)?.[1];
    if (place) box.querySelector(`tr[data-place="${place}"]`)?.classList.add("bad");
    at.classList.add("stale");
    return;
  }
  at.classList.remove("stale");
  if (!held.told) return;
  const shown = element("section", { class: "asked" });
  why(shown);
  replace(at, shown,
    element("h2", {}, say("standingOn", dated(held.told.day))),
    element("dl", { class: "standing" }, held.told.standing.filter((each) => each.rows.length).flatMap((each) => [
      element("dt", {}, either(each.name)), ...each.rows.map((row) => element("dd", {}, either(row)))])),
    element("h2", {}, say("whoMay")), asks(held), happened(held));
}

function asks(held) {
  return element("ul", { class: "asks" }, held.told.asks.map((each) => {
    const key = each.line.slice(11);
    const reasons = element("div", { class: "why", hidden: !opened.has(key) });
    const fill = async () => {
      const told = await ask("ask", { ...given(), question: each.line }).catch((wrong) => tell(wrong.message, "bad"));
      if (told) reasons.replaceChildren(...tree(told, tools.cite));
    };
    if (opened.has(key)) fill();
    const pinned = held.expect.includes(each.expect);
    return element("li", {},
      element("label", { class: "pin", title: say("expectThis") }, element("input", { type: "checkbox", checked: pinned,
        id: `pin ${key}`, "aria-label": `${say("expectThis")}: ${each.expect}`, onchange: () => pin(each.expect) })),
      element("button", { class: "entry", id: `why ${key}`, "aria-expanded": String(opened.has(key)), onclick: (event) => {
        const shown = opened.delete(key) ? false : Boolean(opened.add(key));
        event.currentTarget.setAttribute("aria-expanded", String(shown));
        reasons.hidden = !shown;
        if (shown) fill();
      } }, element("span", { class: "party" }, either(each.party)), " ", either(each.act), pill(each.answer, either(each.said))),
      reasons);
  }));
}

export function pin(expected) {
  change((each) => {
    const place = each.expect.indexOf(expected);
    if (place < 0) each.expect.push(expected);
    else each.expect.splice(place, 1);
  });
  document.getElementById("saving")?.replaceWith(saving());
}

function happened(held) {
  return element("details", {}, element("summary", {}, say("history")), element("ol", { class: "history" },
    held.told.history.map((each) => element("li", {}, element("time", {}, dated((each.at ?? "").replace("T", " "))),
      element("ul", {}, each.events.map((one) => element("li", {}, either(one))), each.happenings.map((one) =>
        element("li", { class: one.bad ? "bad" : "soft" }, either(one))))))));
}

// ---- saving

function saving() {
  const held = account();
  return element("section", { id: "saving" }, element("h2", {}, say("saveCase")),
    held.expect.length ? element("ul", { class: "expects" }, held.expect.map((each) => element("li", {},
      element("code", {}, each), gone(() => pin(each))))) : element("p", { class: "soft" }, say("pinSome")),
    element("div", { class: "bar" }, element("input", { id: "case-title", value: held.title, "aria-label": say("caseTitle"),
      placeholder: say("caseTitle"), oninput: (event) => change((each) => { each.title = event.target.value; }) }),
    element("button", { class: "main", id: "save-case", onclick: save }, say("saveCase"))));
}

async function save() {
  const held = account();
  try {
    const told = await ask("case", { ...given(), title: held.title, expect: held.expect });
    await tools.addCase(held.path, told.text);
  } catch (wrong) {
    tell(wrong.message, "bad");
  }
}


