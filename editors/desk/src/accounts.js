// What the text as it is typed would change for the accounts that the service keeps: in groups, by reason; each account
// with its answer under the text in use and under this one.

import { ask } from "./api.js";
import { element, replace, tell } from "./page.js";
import { tree } from "./reasons.js";
import { either, say } from "./words.js";

let told = null; // {path, text, found} | {path, waiting} | {path, wrong}
let opened = null; // {name, question, both}

export function show(desk, tools, box) {
  if (!desk.folder?.accounts) return;
  if (!desk.path?.endsWith(".contract")) {
    box.replaceChildren(element("p", { class: "soft" }, say("pickContract")));
    return;
  }
  replace(box, element("div", { class: "bar" },
    element("button", { class: "main", id: "judge", onclick: () => judge(desk, tools, box) }, say("judgeAccounts"))),
  ...result(desk, tools, box));
}

function result(desk, tools, box) {
  if (!told || told.path !== desk.path) return [element("p", { class: "soft" }, say("accountsHelp"))];
  if (told.waiting) return [element("p", { class: "soft", role: "status" }, say("judging"))];
  if (told.wrong) return [element("p", { class: "bad", role: "alert" }, told.wrong.message)];
  const { found } = told;
  return [element("p", { class: "head", role: "status" }, say("touched", found.touched, found.accounts)),
    found.looked < found.accounts ? element("p", { class: "bad" }, say("lookedAt", found.looked)) : "",
    element("ul", { class: "findings groups" }, found.groups.map((each) => group(each, desk, tools, box)))];
}

const group = (each, desk, tools, box) => element("li", { class: "finding" },
  element("p", {}, element("span", { class: "sort" }, say("howMany", each.count)), " ", either(each.what), ": ",
    either(each.old), " → ", element("b", {}, either(each.new))),
  either(each.because) ? element("p", { class: "soft" }, either(each.because)) : null,
  element("p", { class: "clauses" }, each.accounts.map((one) => (one.question
    ? element("button", { class: "cite", "aria-expanded": String(is(one)), onclick: () => explain(one, desk, tools, box) }, one.name)
    : element("span", {}, one.name))),
  each.count > each.accounts.length ? ` ${say("moreAccounts", each.count - each.accounts.length)}` : ""),
  each.accounts.some(is) ? element("div", { class: "both" }, side("inUse", opened.both.old, tools), side("underDraft", opened.both.new, tools)) : null);

const is = (one) => opened?.name === one.name && opened.question === one.question;

const side = (title, answer, tools) => element("section", {}, element("h3", {}, say(title)), tree(answer, tools.cite));

async function judge(desk, tools, box) {
  const path = desk.path;
  told = { path, waiting: true };
  opened = null;
  show(desk, tools, box);
  try {
    const text = await tools.textOf(path);
    told = { path, text, found: await ask("impact", { path, text }) };
  } catch (wrong) {
    told = { path, wrong };
  }
  if (!box.hidden) show(desk, tools, box);
}

async function explain(one, desk, tools, box) {
  if (is(one)) opened = null;
  else {
    try {
      opened = { ...one, both: await ask("explained", { path: told.path, text: told.text, account: one.name, question: one.question }) };
    } catch (wrong) {
      tell(wrong.message, "bad");
      return;
    }
  }
  show(desk, tools, box);
}

function forget() {
  told = opened = null;
}

export { forget as opened };
