// What the analysis found in the saved text: each finding with its clauses, what would settle it, and the history that
// shows it, opened as a scenario.

import { ask } from "./api.js";
import { load } from "./account.js";
import { element, replace, tell } from "./page.js";
import { either, say } from "./words.js";
import { chosenLayers, chooseLayers, latest } from "./worth.js";

export function show(desk, tools, box) {
  const path = tools.contract();
  if (!path) {
    box.replaceChildren(element("p", { class: "soft" }, say("pick")));
    return;
  }
  const told = latest(path, "analyse");
  const found = (told?.findings ?? []).filter((each) => !each.accepted);
  replace(box,
    law(desk, tools),
    element("p", { class: "soft", "aria-live": "polite" }, !told ? say("looking") : told.unread ? say("unread", told.unread.split("\n")[0])
      : say("found", found.length)),
    element("ul", { class: "findings" }, found.map((each) => finding(each, path, tools))),
    told?.searched?.bound ? element("p", { class: "soft" }, either(told.searched.bound)) : "");
}

// Under which law it is looked: none, or layers.
function law(desk, tools) {
  const on = new Set(chosenLayers());
  return element("fieldset", {}, element("legend", {}, say("underLaw")), desk.folder.layers.map((each) =>
    element("label", {}, element("input", { type: "checkbox", id: `law-${each}`, checked: on.has(each), onchange: (event) => {
      if (event.target.checked) on.add(each);
      else on.delete(each);
      chooseLayers([...on]);
      tools.measureAnew();
    } }), " ", say(`layer_${each.replace(":", "_")}`) ?? each)));
}

function finding(each, path, tools) {
  return element("li", { class: `finding ${each.kind}` },
    element("p", {}, element("span", { class: "sort" }, say(`finding_${each.kind}`) ?? each.kind), " ", either(each.sentence)),
    element("p", { class: "clauses" }, each.clauses.map((one) => element("button", { class: "cite", title: one.text,
      onclick: () => tools.toClause(one) }, `${one.document} ${one.clause}`))),
    each.settles.length ? element("ul", { class: "settles" }, each.settles.map((one) => element("li", {}, either(one)))) : null,
    each.witness ? element("button", { class: "quiet witness", id: `witness ${each.key}`,
      onclick: () => open(each, path, tools) }, say("openWitness")) : null);
}

async function open(each, path, tools) {
  try {
    const told = await ask("witness", { path, text: await tools.textOf(path), witness: each.witness, layers: layersOf(each) });
    await tools.turnTo();
    load({ ...told, title: "", expect: [] });
    tools.choose("scenario");
    if (told.question) tools.explain(told.question);
  } catch (wrong) {
    tell(wrong.message, "bad");
  }
}

// The law under which the history shows what it shows.
function layersOf(each) {
  const sets = Object.keys(each.witness.verdicts).map((key) => key.split("+")).filter((all) => all[0] === "contract");
  return sets.length ? sets.reduce((one, other) => (other.length > one.length ? other : one)) : ["contract", ...chosenLayers()];
}
