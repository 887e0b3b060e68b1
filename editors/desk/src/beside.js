// What stands beside the text and is no part of it: above a clause the scenarios that touch it and what was found in it,
// behind a window its last day, were it to begin today.

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { LSPPlugin } from "@codemirror/lsp-client";
import { element } from "./page.js";
import { asked } from "./server.js";

const put = StateEffect.define(); // {lenses, hints}: decorations

class Lens extends WidgetType {
  constructor(lenses, tools) { super(); this.lenses = lenses; this.tools = tools; this.key = JSON.stringify(lenses); }
  eq(other) { return other.key === this.key; }
  toDOM() {
    const list = element("span", { class: "lens-places" });
    return element("div", { class: "lens", contenteditable: "false" }, this.lenses.map(({ title, places, names }) => (places.length
      ? element("button", { class: "entry", "aria-expanded": "false", onclick: (event) => this.show(event.target, list, places, names) }, title)
      : element("span", {}, title))), list);
  }
  show(button, list, places, names) {
    const open = button.getAttribute("aria-expanded") === "true";
    for (const each of button.parentNode.querySelectorAll("button[aria-expanded]")) each.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-expanded", String(!open));
    list.replaceChildren(...(open ? [] : places.map((place, at) =>
      element("button", { class: "cite", onclick: () => this.tools.toPlace(place) }, names?.[at] ?? String(at + 1)))));
  }
  ignoreEvent() { return true; }
}

class Hint extends WidgetType {
  constructor(text, title) { super(); this.text = text; this.title = title; }
  eq(other) { return other.text === this.text; }
  toDOM() { return element("span", { class: "hint", title: this.title, "aria-hidden": "true", "data-hint": this.text }); }
}

export const beside = StateField.define({
  create: () => Decoration.none,
  update(shown, change) {
    let now = shown.map(change.changes);
    for (const effect of change.effects) if (effect.is(put)) now = effect.value;
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Ask for both and show them, if the text is still the one that was asked about.
export async function showBeside(view, tools) {
  const plugin = LSPPlugin.get(view);
  if (!plugin) return;
  const doc = view.state.doc;
  const end = plugin.toPosition(doc.length);
  const [lenses, hints] = await Promise.all([
    asked(view, "textDocument/codeLens"),
    asked(view, "textDocument/inlayHint", { range: { start: { line: 0, character: 0 }, end } }),
  ]).catch(() => [null, null]);
  if (!lenses || !hints || !view.state.doc.eq(doc) || LSPPlugin.get(view) !== plugin) return;
  const lines = new Map();
  for (const each of lenses) {
    const at = doc.line(Math.min(each.range.start.line + 1, doc.lines)).from;
    const [, , places, names] = each.command.arguments;
    lines.set(at, [...(lines.get(at) ?? []), { title: each.command.title, places, names }]);
  }
  const made = [
    ...[...lines].map(([at, all]) => Decoration.widget({ widget: new Lens(all, tools), block: true, side: -1 }).range(at)),
    ...hints.map((each) => Decoration.widget({ widget: new Hint(each.label, each.tooltip), side: 1 }).range(plugin.fromPosition(each.position, doc))),
  ];
  view.dispatch({ effects: put.of(Decoration.set(made, true)) });
}
