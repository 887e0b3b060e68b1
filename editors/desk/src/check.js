// The first panel: what the cursor stands on, what is wrong, and what the last save made better or worse.

import { element, replace } from "./page.js";
import { say } from "./words.js";
import { table } from "./worth.js";

let here = null;

export function show(desk, tools, box) {
  if (!desk.path) {
    box.replaceChildren(element("p", { class: "soft" }, say("pick")));
    return;
  }
  here ??= element("div", { class: "here", "aria-live": "off" });
  replace(box,
    element("section", {}, element("h2", {}, say("problems")), tools.problems(desk, tools)),
    element("section", { "aria-live": "polite" }, element("h2", {}, say("since")), table(desk.path)),
    element("section", {}, element("h2", {}, say("here")), here),
    element("p", { class: "soft keys" }, say("keys")));
}

export async function follow(desk, tools) {
  if (!desk.view || !here) return;
  const found = await tools.hoverHere();
  if (found) here.innerHTML = found;
  else here.replaceChildren(element("p", { class: "soft" }, say("hereNothing")));
}
