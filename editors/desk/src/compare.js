// Two versions: the text as it is typed, against what was saved, what it was when the desk was opened, or another file.

import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { ask } from "./api.js";
import { colours } from "./colours.js";
import { nonce } from "./editor.js";
import { at, element, replace } from "./page.js";
import { chosen, say } from "./words.js";

let against = "saved";
let told = null; // {path, page: {en, zh} | wrong}
let number = 0;

export function show(desk, tools, box) {
  if (!desk.path?.endsWith(".contract")) {
    box.replaceChildren(element("p", { class: "soft" }, say("pickContract")));
    return;
  }
  const others = desk.folder.files.filter((each) => each.endsWith(".contract") && each !== desk.path);
  const select = element("select", { id: "against", onchange: (event) => { against = event.target.value; told = null; show(desk, tools, box); } },
    [["saved", say("asSaved")], ["opened", say("asOpened")], ...others.map((each) => [each, each])].map(([value, text]) =>
      element("option", { value, selected: value === against }, text)));
  replace(box,
    element("div", { class: "bar" }, element("label", {}, element("span", {}, say("compareWith")), select),
      element("button", { class: "main", id: "compare", onclick: () => meaning(desk, tools, box) }, say("compareMeaning")),
      element("button", { class: "quiet", onclick: () => texts(desk, tools) }, say("compareText"))),
    result(desk));
}

function result(desk) {
  if (!told || told.path !== desk.path) return element("p", { class: "soft" }, say("compareHelp"));
  if (told.waiting) return element("p", { class: "soft", role: "status" }, say("comparing"));
  if (told.wrong) return element("p", { class: "bad", role: "alert" }, told.wrong.message);
  const page = element("article", { class: "page compared" });
  page.innerHTML = told.page[chosen()];
  return page;
}

async function other(desk, tools) {
  const path = ["saved", "opened"].includes(against) ? desk.path : against;
  const text = against === "saved" ? desk.savedTexts.get(path) : against === "opened" ? desk.openedTexts.get(path) : await tools.textOf(path);
  return { path, text };
}

async function meaning(desk, tools, box) {
  const mine = ++number;
  told = { path: desk.path, waiting: true };
  show(desk, tools, box);
  try {
    const old = await other(desk, tools);
    const page = await ask("compare", { path: desk.path, text: await tools.textOf(desk.path), other_path: old.path, other_text: old.text });
    if (mine === number) told = { path: desk.path, page };
  } catch (wrong) {
    if (mine === number) told = { path: desk.path, wrong };
  }
  if (!box.hidden) show(desk, tools, box);
}

// The two texts side by side; nothing is changed there.
async function texts(desk, tools) {
  const old = await other(desk, tools);
  const box = at("merge");
  const body = element("div", { class: "sides" });
  const side = (doc, label) => ({ doc, extensions: [EditorView.cspNonce.of(nonce), lineNumbers(), EditorView.lineWrapping,
    colours, EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" })] });
  const end = () => { view.destroy(); box.close(); box.replaceChildren(); };
  box.replaceChildren(element("header", {}, element("h2", { id: "merge-title" }, say("compareText")),
    element("div", { class: "heads" }, element("strong", {}, against === "saved" ? say("asSaved") : against === "opened" ? say("asOpened") : old.path),
      element("strong", {}, say("mine")))), body,
  element("footer", {}, element("button", { class: "main", onclick: end }, say("close"))));
  const view = new MergeView({ a: side(old.text, say("asSaved")), b: side(await tools.textOf(desk.path), say("mine")), parent: body,
    collapseUnchanged: { margin: 3 }, gutter: true });
  box.oncancel = (event) => { event.preventDefault(); end(); };
  box.showModal();
  box.querySelector("footer button").focus();
}

export function opened() {
  told = null;
}
