// What the analysis found in the saved text: each finding with its clauses, what would settle it, and the history that
// shows it, opened as a scenario.

import { ask } from "./api.js";
import { load } from "./account.js";
import { element, replace, tell } from "./page.js";
import { dated, either, say } from "./words.js";
import { chosenLayers, chooseLayers, latest } from "./worth.js";

// In the order of a report: what two norms say against each other first.
const KINDS = ["conflict", "competing", "against", "dead", "redundant", "gap", "agreements", "unknown"];

export function show(desk, tools, box) {
  const path = tools.contract();
  if (!path) {
    box.replaceChildren(element("p", { class: "soft" }, say("pick")));
    return;
  }
  const told = latest(path, "analyse");
  const found = (told?.findings ?? []).filter((each) => !each.accepted);
  const accepted = (told?.findings ?? []).filter((each) => each.accepted);
  replace(box,
    law(desk, tools),
    element("p", { class: "soft", "aria-live": "polite" }, !told ? say("looking") : told.unread ? say("unread", told.unread.split("\n")[0])
      : say("found", found.length)),
    KINDS.map((kind) => [kind, found.filter((each) => each.kind === kind)]).filter(([, some]) => some.length).map(([kind, some]) => [
      element("h2", { class: `sort ${kind}` }, `${say(`finding_${kind}`)} ${some.length}`),
      element("ul", { class: "findings" }, some.map((each) => finding(each, path, tools)))]),
    accepted.length ? element("details", {}, element("summary", {}, say("accepted", accepted.length)),
      element("ul", { class: "findings" }, accepted.map((each) => finding(each, path, tools)))) : "",
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
    element("p", {}, either(each.sentence)),
    element("p", { class: "clauses" }, each.clauses.map((one) => element("button", { class: "cite", title: one.text,
      onclick: () => tools.toClause(one) }, `${one.document} ${one.clause}`))),
    each.settles.length ? element("ul", { class: "settles" }, each.settles.map((one) => element("li", {}, either(one)))) : null,
    each.witness ? element("button", { class: "quiet witness", id: `witness ${each.key}`,
      onclick: () => open(each, path, tools) }, say("openWitness")) : null,
    ...acceptance(each, path, tools));
}

// Whether a finding was accepted, when and why; and the way to accept it, with the reason.
function acceptance(each, path, tools) {
  const told = (key, held) => element("p", { class: "soft" }, say(key, dated(held.date), held.reason));
  if (each.accepted) return [told("acceptedOn", each.accepted)];
  const reason = element("input", { "aria-label": say("acceptWhy"), placeholder: say("acceptWhy"), required: true });
  const form = element("form", { class: "bar", hidden: true, onsubmit: async (event) => {
    event.preventDefault();
    try {
      await ask("accept", { path, finding: each.key, reason: reason.value, rests_on: each.rests_on });
      await tools.acceptedBeside(path);
    } catch (wrong) {
      tell(wrong.message, "bad");
    }
  } }, reason, element("button", { class: "quiet" }, say("acceptIt")));
  return [each.reopened ? told("reopened", each.reopened) : "", element("button", { class: "quiet accept", onclick: (event) => {
    event.currentTarget.hidden = true;
    form.hidden = false;
    reason.focus();
  } }, say("accept")), form];
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
