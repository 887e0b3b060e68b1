// What is wrong with the open file, one under the other, each with the fixes that the server has tried.

import { element } from "./page.js";
import { say } from "./words.js";

const MOST = 60; // that are listed
const OFFERED = 8; // of which the fixes are asked for at once; F8 and Ctrl-. mend any

export function problems(desk, { goTo, fixes, apply }) {
  const notes = desk.diagnostics.filter((each) => each.severity === "info");
  const wrong = desk.diagnostics.filter((each) => each.severity !== "info");
  return element("div", {},
    wrong.length ? list(wrong, desk, goTo, fixes, apply) : element("p", { class: "soft" }, say("noProblems")),
    notes.length ? element("details", {}, element("summary", {}, say("notes", notes.length)),
      list(notes, desk, goTo, fixes, apply)) : null);
}

function list(said, desk, goTo, fixes, apply) {
  return [element("ul", { class: "problems" }, said.slice(0, MOST).map((each, number) => {
    const place = desk.view.state.doc.lineAt(Math.min(each.from, desk.view.state.doc.length)).number;
    const [what, ...help] = each.message.split("\n");
    const mends = element("span", { class: "mends" });
    const offer = async () => {
      const found = await fixes(desk.view, each.from, each.to).catch(() => []);
      mends.replaceChildren(...found.map((action) =>
        element("button", { class: "mend", onclick: () => apply(desk.view, action) }, action.title)));
    };
    if (each.severity !== "info" && number < OFFERED) offer();
    return element("li", { class: each.severity },
      element("button", { class: "entry", onclick: () => goTo(place) }, element("span", { class: "place" },
        say("line", place)), " ", what),
      help.length ? element("p", { class: "help" }, help.join("\n")) : null, mends);
  })), said.length > MOST ? element("p", { class: "soft" }, say("more", said.length - MOST)) : null];
}
