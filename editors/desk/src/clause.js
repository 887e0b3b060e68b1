// The clause at the cursor as its page tells it, and a picture of what touches it. It follows the cursor.

import { ask } from "./api.js";
import { element } from "./page.js";
import { chosen, say } from "./words.js";

let told = null;
let asked = new AbortController();

export function show(desk, tools, box) {
  if (!desk.path?.endsWith(".contract")) {
    box.replaceChildren(element("p", { class: "soft" }, say("pickContract")));
    return;
  }
  if (!told) {
    box.replaceChildren(element("p", { class: "soft" }, say("looking")));
    return;
  }
  if (told.wrong || !told.number) {
    box.replaceChildren(element("p", { class: "soft" }, told.wrong ? say("mendFirst", told.wrong.message) : say("noClause")));
    return;
  }
  const { page, picture } = told[chosen()];
  const body = element("article", { class: "page" });
  body.innerHTML = page;
  const near = element("div", { class: "near", tabindex: "0", "aria-label": say("touches") });
  near.innerHTML = picture ?? "";
  box.replaceChildren(element("h2", { class: "number" }, told.number), body,
    picture ? element("h2", {}, say("touches")) : "", picture ? near : "");
}

export async function follow(desk, tools, box) {
  if (!desk.path?.endsWith(".contract")) return show(desk, tools, box);
  asked.abort();
  asked = new AbortController();
  const { state } = desk.view;
  const line = state.doc.lineAt(state.selection.main.head).number;
  try {
    told = await ask("clause", { path: desk.path, text: state.doc.toString(), line }, asked.signal);
  } catch (wrong) {
    if (wrong.name === "AbortError") return undefined;
    told = { wrong };
  }
  return show(desk, tools, box);
}

export function opened() {
  told = null;
}
