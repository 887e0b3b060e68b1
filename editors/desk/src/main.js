// The desk: files on the left, the text in the middle, what is known of it on the right.

import { LSPPlugin, formatDocument } from "@codemirror/lsp-client";
import { EditorView, stateOf } from "./editor.js";
import { showBeside } from "./beside.js";
import { reads, refresh, turnTo } from "./account.js";
import { ask } from "./api.js";
import { clean } from "./clean.js";
import * as drafts from "./drafts.js";
import { merged } from "./merge.js";
import { at, element, hush, later, paced, tell } from "./page.js";
import { explain } from "./scenario.js";
import { panels } from "./panels.js";
import { problems } from "./problems.js";
import { apply, asked, connect, fixes, mend } from "./server.js";
import { tree } from "./tree.js";
import { chosen, choose, say } from "./words.js";
import { latest, measure } from "./worth.js";

export const desk = {
  folder: null, path: null, view: null, client: null, states: new Map(), revisions: new Map(), savedTexts: new Map(), openedTexts: new Map(),
  drafts: new Set(), diagnostics: [],
};

const isContract = (path) => path.endsWith(".contract");
const uriOf = (path) => `${desk.folder.uri}/${path.split("/").map(encodeURIComponent).join("/")}`;
const text = () => desk.view.state.doc.toString();

// ---- the text as it is typed

const keepDraft = paced(async (path, draft) => {
  if (draft.text === desk.savedTexts.get(path)) await drafts.drop(desk.folder.uri, path);
  else await drafts.keep(desk.folder.uri, path, draft);
}, 250);

function changed(state) {
  const path = desk.path;
  const now = state.doc.toString();
  const dirty = now !== desk.savedTexts.get(path);
  if (dirty !== desk.drafts.has(path)) {
    if (dirty) desk.drafts.add(path);
    else desk.drafts.delete(path);
    showFiles();
  }
  showState();
  keepDraft(path, { text: now, revision: desk.revisions.get(path), at: Date.now() });
  outlineLater();
  if (isContract(path)) besideLater();
  if (isContract(path) && panels.tries()) refreshLater();
  cursorMoved();
}

const besideLater = later(() => { if (desk.view && desk.path && isContract(desk.path)) showBeside(desk.view, { toPlace }); }, 600);
const shownLater = later(() => panels.show(desk), 250);
const refreshLater = later(() => refresh(), 700);
const cursorMoved = later(() => panels.follow(desk), 180);

function newState(path, content) {
  const contract = isContract(path);
  return stateOf(content, {
    contract, extensions: contract ? desk.client.plugin(uriOf(path), "contract") : [],
    onchange: changed, oncursor: cursorMoved, mend,
  });
}

// ---- opening

export async function open(path, line = null) {
  if (desk.path && desk.view) {
    desk.states.set(desk.path, desk.view.state);
    if (desk.drafts.has(desk.path)) {
      await drafts.keep(desk.folder.uri, desk.path, { text: text(), revision: desk.revisions.get(desk.path), at: Date.now() });
    }
  }
  try {
    if (!desk.states.has(path)) await read(path);
  } catch (wrong) {
    tell(wrong.message, "bad");
    return null;
  }
  desk.path = path;
  outlined = "";
  desk.diagnostics = [];
  const state = desk.states.get(path);
  if (desk.view) desk.view.setState(state);
  else {
    at("empty").hidden = true;
    desk.view = new EditorView({ state, parent: at("editor") });
  }
  history.replaceState(null, "", `#${encodeURI(path)}`);
  document.title = `${path} – ${say("desk")}`;
  showFiles();
  showState();
  if (line !== null) goTo(line);
  if (isContract(path)) {
    outlineLater();
    besideLater();
    look(path);
  } else at("outline").replaceChildren(element("p", { class: "soft" }, say("noOutline")));
  panels.opened(desk);
  if (panels.tries()) turnToAccount();
  return desk.view;
}

// The account that is tried is that of the contract that is open, or of the one beside an open file of scenarios.
export async function turnToAccount() {
  const path = desk.path && (isContract(desk.path) ? desk.path : besides(desk.path));
  if (path) await turnTo({ path, home: desk.folder.uri, text: await textOf(path) }, desk.folder.today);
}

async function read(path) {
  const file = await ask("read", { path });
  const draft = await drafts.kept(desk.folder.uri, path);
  desk.revisions.set(path, file.revision);
  desk.savedTexts.set(path, file.text);
  if (!desk.openedTexts.has(path)) desk.openedTexts.set(path, file.text);
  let content = file.text;
  if (draft && draft.text !== file.text) {
    content = draft.text;
    desk.drafts.add(path);
    // A draft of an older file keeps its revision: saving it leads to the merge.
    desk.revisions.set(path, draft.revision);
    tell(`${path}: ${say("restored")}`, "calm", [say("discard"), () => discard(path, file)]);
  }
  desk.states.set(path, newState(path, content));
}

async function discard(path, file) {
  desk.revisions.set(path, file.revision);
  desk.view.dispatch({ changes: { from: 0, to: desk.view.state.doc.length, insert: file.text } });
  await drafts.drop(desk.folder.uri, path);
}

export function goTo(line) {
  const view = desk.view;
  const found = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  view.dispatch({ selection: { anchor: found.from }, effects: EditorView.scrollIntoView(found.from, { y: "center" }) });
  view.focus();
}

// ---- saving

let saving = false;

export async function save() {
  if (!desk.path || saving) return;
  const path = desk.path;
  let now = text();
  saving = true;
  at("state").textContent = say("saving");
  try {
    for (;;) {
      try {
        const told = await ask("save", { path, text: now, revision: desk.revisions.get(path) ?? "" });
        await wasSaved(path, now, told);
        break;
      } catch (wrong) {
        if (wrong.status !== 409) throw wrong;
        const both = await merged(wrong.told.now.text, now);
        if (both === null) break;
        desk.revisions.set(path, wrong.told.now.revision);
        now = both;
        if (desk.path === path) desk.view.dispatch({
          changes: { from: 0, to: desk.view.state.doc.length, insert: both }, userEvent: "input.merge" });
      }
    }
  } catch (wrong) {
    tell(wrong.status === 0 ? say("offline") : wrong.message, "bad");
  } finally {
    saving = false;
    showState();
    desk.view?.focus();
  }
}

async function wasSaved(path, now, told) {
  desk.revisions.set(path, told.revision);
  desk.savedTexts.set(path, now);
  const typed = desk.path === path ? text() : desk.states.get(path)?.doc.toString() ?? now;
  if (typed === now) {
    desk.drafts.delete(path);
    await drafts.drop(desk.folder.uri, path);
  } else await drafts.keep(desk.folder.uri, path, { text: typed, revision: told.revision, at: Date.now() });
  hush();
  if (!desk.folder.files.includes(path)) desk.folder = await ask("folder");
  showFiles();
  desk.client.notification("workspace/didChangeWatchedFiles", { changes: [{ uri: uriOf(path), type: 2 }] });
  const subject = isContract(path) ? path : besides(path);
  if (subject) look(subject);
}

// Measure a contract; what its scenarios touch and what was found in it is shown above its clauses.
function look(path) {
  measure(path, () => {
    panels.show(desk);
    const [covered, found] = ["coverage", "analyse"].map((what) => latest(path, what));
    if (!covered?.cases && !found?.findings) return;
    desk.client.notification("contract/known", { uri: uriOf(path), cases: covered?.cases ?? [], findings: found?.findings ?? [] });
    if (path === desk.path) besideLater();
  });
}

// Go to a place that a lens names.
async function toPlace({ uri, range }) {
  const path = decodeURIComponent(uri.slice(desk.folder.uri.length + 1));
  if (path === desk.path) goTo(range.start.line + 1);
  else await open(path, range.start.line + 1);
}

// Turn the norm lines of the open file into their other language.
async function turnLanguage() {
  const view = desk.view;
  const plugin = view && LSPPlugin.get(view);
  if (!plugin) return;
  try {
    plugin.client.sync();
    const told = await plugin.client.request("workspace/executeCommand", { command: "contract.turn", arguments: [plugin.uri] });
    if (told.told) tell(told.told, told.edits.length ? "calm" : "bad");
    if (told.edits.length) apply(view, { edit: { changes: { [plugin.uri]: told.edits } } });
  } catch (wrong) {
    tell(wrong.message, "bad");
  }
}

// A contract as it is typed, else as it is saved.
async function textOf(path) {
  if (path === desk.path) return text();
  const state = desk.states.get(path);
  return state ? state.doc.toString() : (await ask("read", { path })).text;
}

const scenariosOf = (path) => `${path.slice(0, path.lastIndexOf("/") + 1)}scenarios.md`;

async function cases() {
  const path = desk.path && scenariosOf(desk.path);
  if (!path || !desk.folder.files.includes(path)) return [];
  return ask("cases", { path, text: await textOf(path) });
}

// Add a scenario to the file beside the contract.
async function addCase(contract, written) {
  const path = scenariosOf(contract);
  if (desk.drafts.has(path)) {
    tell(say("caseDirty", path), "bad");
    return;
  }
  const file = desk.folder.files.includes(path) ? await ask("read", { path }) : { text: "", revision: "" };
  await ask("save", { path, text: file.text ? `${file.text.trimEnd()}\n\n${written}` : written, revision: file.revision });
  desk.states.delete(path);
  if (!file.revision) desk.folder = await ask("folder");
  showFiles();
  look(contract);
  panels.draw(desk);
  tell(say("caseSaved", path), "calm", [say("openIt"), () => open(path)]);
  if (desk.path === path) { desk.path = null; await open(path); }
}

// A finding was accepted: the file that says so is shown as it is now, and the contract is measured again.
async function acceptedBeside(path) {
  desk.states.delete(`${path.slice(0, path.lastIndexOf("/") + 1)}accepted.yaml`);
  desk.folder = await ask("folder");
  showFiles();
  look(path);
}

// Follow a citation: a file by its name alone, and a line.
async function cite(file, line) {
  const path = desk.folder.files.find((each) => each === file || each.endsWith(`/${file}`));
  if (!path) tell(say("outside", file));
  else if (path === desk.path) goTo(line);
  else await open(path, line);
}

// Go to a clause of the open contract by its number; those of other documents are told of.
async function toClause({ document, clause, text: printed }) {
  const first = printed.split("\n")[0].trim();
  for (let number = 1; first && number <= desk.view.state.doc.lines; number += 1) {
    if (desk.view.state.doc.line(number).text.trim() === first) {
      goTo(number);
      return;
    }
  }
  tell(`${document} ${clause}: ${printed}`);
}

// The contract beside a file of scenarios.
const besides = (path) => desk.folder.files.find((each) =>
  isContract(each) && each.slice(0, each.lastIndexOf("/") + 1) === path.slice(0, path.lastIndexOf("/") + 1));

// ---- what is shown

function showFiles() {
  at("tree").replaceChildren(...tree(desk.folder.files, desk.drafts, desk.path, open));
}

function showState() {
  if (!desk.path) return;
  const dirty = desk.drafts.has(desk.path);
  at("state").textContent = dirty ? say("unsaved") : say("saved");
  at("state").className = dirty ? "dirty" : "";
  at("path").textContent = desk.path;
  at("save").disabled = !dirty;
}

let outlined = "";

const outlineLater = later(async () => {
  if (!desk.path || !isContract(desk.path)) return;
  const path = desk.path;
  const found = await asked(desk.view, "textDocument/documentSymbol").catch(() => null);
  if (!found || desk.path !== path) return;
  const now = JSON.stringify(found.map((each) => [each.name, each.detail, each.range.start.line, each.children?.length]));
  if (now === outlined) return;
  outlined = now;
  const list = (symbols) => element("ul", {}, symbols.map((each) => element("li", {},
    element("button", { class: "entry", onclick: () => goTo(each.range.start.line + 1), title: each.detail || each.name },
      each.detail ? titled(each) : element("code", {}, each.name)), each.children?.length ? list(each.children) : null)));
  at("outline").replaceChildren(list(found));
}, 400);

// A clause by its number, and its words without it.
const titled = ({ name, detail }) => [element("b", {}, name), " ", detail.replace(/^[\d.．、一二三四五六七八九十第条章]+\s*/, "")];

// What the server says of the word at the cursor.
export async function hoverHere() {
  const { head } = desk.view.state.selection.main;
  const plugin = LSPPlugin.get(desk.view);
  if (!plugin) return null;
  const found = await asked(desk.view, "textDocument/hover", { position: plugin.toPosition(head) }).catch(() => null);
  return found ? plugin.docToHTML(found.contents) : null;
}

async function newFile() {
  const path = prompt(say("newFileAsk"))?.trim();
  if (!path) return;
  try {
    await ask("save", { path, text: "", revision: "" });
    desk.folder = await ask("folder");
    await open(path);
  } catch (wrong) {
    tell(wrong.status === 409 ? `${path}: ${wrong.message}` : wrong.message, "bad");
  }
}

function dress() {
  for (const each of document.querySelectorAll("[data-say]")) each.textContent = say(each.dataset.say);
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", say(each.dataset.label));
  at("language").title = say("languageHint");
  at("turn").title = say("turnHint");
  if (desk.folder) showFiles();
  showState();
  panels.dress(desk);
}

// F6 goes to the next area of the page, Shift-F6 to the one before.
function nextArea(back) {
  const areas = [...document.querySelectorAll("[data-area]")].filter((each) => each.offsetParent);
  const here = areas.findIndex((each) => each.contains(document.activeElement));
  const next = areas[(here + (back ? -1 : 1) + areas.length) % areas.length];
  const first = "[role=tab][tabindex='0'], button:not(:disabled), input, select";
  (next.querySelector(".cm-content") ?? next.querySelector(first) ?? next).focus();
}

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    save();
  } else if (event.key === "F6") {
    event.preventDefault();
    nextArea(event.shiftKey);
  }
});
document.addEventListener("desk:language", dress);
let away = false;
document.addEventListener("desk:offline", () => { away = true; tell(say("offline"), "bad"); });
document.addEventListener("desk:online", () => { if (away) hush(); away = false; });

async function begin() {
  choose(chosen());
  at("language").onclick = () => choose(chosen() === "zh" ? "en" : "zh");
  at("save").onclick = save;
  at("format").onclick = () => { if (desk.view) { formatDocument(desk.view); desk.view.focus(); } };
  at("turn").onclick = turnLanguage;
  at("new").onclick = newFile;
  desk.folder = await ask("folder");
  at("folder").textContent = desk.folder.name;
  desk.drafts = new Set(await drafts.listed(desk.folder.uri));
  desk.client = connect(desk.folder.uri, (said) => { desk.diagnostics = said; shownLater(); });
  desk.client.workspace.display = async (uri) => {
    if (!uri.startsWith(`${desk.folder.uri}/`)) {
      tell(say("outside", decodeURI(uri)), "calm");
      return null;
    }
    return open(decodeURIComponent(uri.slice(desk.folder.uri.length + 1)));
  };
  panels.begin(desk, { open, goTo, save, hoverHere, fixes, apply, mend, problems, clean, cases, addCase, cite, textOf, acceptedBeside,
    contract: () => desk.path && (isContract(desk.path) ? desk.path : besides(desk.path)), toClause,
    measureAnew: () => { look(desk.path); panels.show(desk); },
    turnTo: turnToAccount,
    choose: (name) => panels.choose(desk, name, true), explain });
  reads(async (path) => textOf(path));
  dress();
  const wanted = decodeURI(location.hash.slice(1));
  if (wanted && desk.folder.files.includes(wanted)) await open(wanted);
  else {
    const first = desk.folder.files.filter(isContract);
    if (first.length === 1) await open(first[0]);
  }
}

begin();
