// The panels on the right, one shown at a time; arrow keys go from tab to tab.

import { at, element } from "./page.js";
import { say } from "./words.js";
import * as accounts from "./accounts.js";
import * as asking from "./asking.js";
import * as check from "./check.js";
import * as clause from "./clause.js";
import * as compare from "./compare.js";
import * as findings from "./findings.js";
import * as scenario from "./scenario.js";

const PANELS = { check, clause, scenario, asking, findings, compare, accounts };
const WIDE = new Set(["clause", "scenario", "asking", "compare", "accounts"]); // those that need room
const TRIES = new Set(["scenario", "asking"]);
const LIVE = new Set(["check", "findings"]); // those that change with what is learnt of the text
let shown = "check";
let tools = null;

export const panels = {
  begin(desk, given) {
    tools = given;
    for (const [name, panel] of Object.entries(PANELS)) panel.begin?.(desk, tools, at(`panel-${name}`));
  },
  opened(desk) { for (const each of Object.values(PANELS)) each.opened?.(desk, tools); this.show(desk); this.follow(desk); },
  follow(desk) { PANELS[shown].follow?.(desk, tools, at(`panel-${shown}`)); },
  // What was learnt of the text: most panels have their own times to be drawn.
  show(desk) { if (tools && LIVE.has(shown)) this.draw(desk); },
  draw(desk) { if (tools) PANELS[shown].show?.(desk, tools, at(`panel-${shown}`)); },
  // Whether what is shown hangs on the account that is tried.
  tries: () => TRIES.has(shown),
  choose(desk, name, focus = false) {
    shown = name;
    if (TRIES.has(name)) tools.turnTo();
    this.dress(desk);
    if (focus) at(`tab-${name}`).focus();
    this.follow(desk);
  },
  dress(desk) {
    const names = Object.keys(PANELS).filter((name) => name !== "accounts" || desk.folder?.accounts);
    at("tabs").replaceChildren(...names.map((name, place) => element("button", {
      role: "tab", id: `tab-${name}`, "aria-selected": String(name === shown), "aria-controls": `panel-${name}`,
      tabindex: name === shown ? "0" : "-1", onclick: () => this.choose(desk, name),
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) this.choose(desk, names[(place + step + names.length) % names.length], true);
      },
    }, say(name))));
    document.querySelector(".bench").classList.toggle("wide", WIDE.has(shown));
    for (const name of Object.keys(PANELS)) at(`panel-${name}`).hidden = name !== shown;
    this.draw(desk);
  },
};
