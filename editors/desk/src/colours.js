// The colours of contract text, read from the TextMate grammar that the extension of editors uses too.

import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import grammar from "../../vscode/syntaxes/contract.tmLanguage.json";

const TAGS = {
  "punctuation.definition.statement": "punctuation", "comment.line": "lineComment", "string.quoted": "string",
  "entity.name": "labelName", "constant.numeric": "number", "keyword.control": "controlKeyword",
  "storage.type": "definitionKeyword", "keyword.other": "keyword", "variable.other": "variableName",
  "markup.heading": "heading",
};

const tagOf = (scope) => Object.entries(TAGS).find(([head]) => scope?.startsWith(head))?.[1] ?? null;
// (A hyphen needs no backslash here, and may not have one.)
const sticky = (source) => new RegExp(source.replaceAll("\\-", "\\x2d"), "uy");

const statement = grammar.patterns.find((each) => each.begin);
const rules = statement.patterns.map((each) => ({
  match: sticky(each.match), tag: tagOf(each.name ?? each.captures?.[1]?.name),
}));
const others = grammar.patterns.filter((each) => !each.begin && each.match).map((each) => ({
  match: sticky(each.match), tag: tagOf(each.name ?? each.captures?.[1]?.name ?? "markup.heading"),
}));
const BAR = /^[ \t　]*[|｜]{1,2}/u;

function token(stream, state) {
  if (stream.sol()) {
    state.norm = BAR.test(stream.string);
    if (state.norm) {
      stream.pos = BAR.exec(stream.string)[0].length;
      return "punctuation";
    }
  }
  for (const { match, tag } of state.norm ? rules : others) {
    match.lastIndex = stream.pos;
    const found = match.exec(stream.string);
    if (found?.[0]) {
      stream.pos += found[0].length;
      return tag;
    }
  }
  if (!state.norm) stream.skipToEnd();
  else stream.next();
  return null;
}

export const contract = StreamLanguage.define({
  name: "contract", startState: () => ({ norm: false }), token, languageData: { commentTokens: { line: "#" } },
});

const style = HighlightStyle.define([
  { tag: tags.punctuation, class: "t-bar" }, { tag: tags.lineComment, class: "t-comment" },
  { tag: tags.string, class: "t-string" }, { tag: tags.labelName, class: "t-label" },
  { tag: tags.number, class: "t-number" }, { tag: tags.controlKeyword, class: "t-modal" },
  { tag: tags.definitionKeyword, class: "t-kind" }, { tag: tags.keyword, class: "t-word" },
  { tag: tags.variableName, class: "t-name" }, { tag: tags.heading, class: "t-heading" },
]);

// Norm lines stand out from the agreement's own text.
const norm = Decoration.line({ class: "norm" });
const norms = ViewPlugin.fromClass(class {
  constructor(view) { this.decorations = around(view); }
  update(change) {
    if (change.docChanged || change.viewportChanged) this.decorations = around(change.view);
  }
}, { decorations: (plugin) => plugin.decorations });

function around(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let place = from; place <= to;) {
      const line = view.state.doc.lineAt(place);
      if (BAR.test(line.text)) found.add(line.from, line.from, norm);
      place = line.to + 1;
    }
  }
  return found.finish();
}

export const colours = [contract, syntaxHighlighting(style), norms];
