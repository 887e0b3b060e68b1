// The editor: one view, a state for each file that was opened, so that undo survives going to and fro.

import { acceptCompletion, autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { foldGutter, indentUnit } from "@codemirror/language";
import { forEachDiagnostic, lintGutter, lintKeymap, nextDiagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { beside } from "./beside.js";
import { colours } from "./colours.js";
import { completions } from "./server.js";
import { say } from "./words.js";

export const nonce = document.querySelector("meta[name=nonce]").content;

// Mend the problem at the cursor; where there is none, take what may settle a finding in its line.
function mending(mend) {
  return (view) => {
    const { head } = view.state.selection.main;
    let found = null;
    forEachDiagnostic(view.state, (each, from, to) => {
      if (!found && from <= head && head <= to) found = [from, to];
    });
    mend(view, ...(found ?? [head, head]));
    return true;
  };
}

export function stateOf(text, { contract, extensions = [], onchange, oncursor, mend }) {
  return EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(nonce), lineNumbers(), history(), drawSelection(), highlightActiveLine(), search({ top: true }),
      highlightSelectionMatches(), indentUnit.of("  "), EditorView.lineWrapping, closeBrackets(),
      EditorView.contentAttributes.of({ "aria-label": say("editor"), spellcheck: "false", tabindex: "0" }),
      contract ? [colours, beside, foldGutter(), lintGutter(), autocompletion({ activateOnTypingDelay: 80, override: [completions] }), extensions] : [],
      keymap.of([
        { key: "F8", run: nextDiagnostic }, { key: "Mod-.", run: mending(mend) },
        { key: "Tab", run: acceptCompletion },
        ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
      ]),
      EditorView.updateListener.of((change) => {
        if (change.docChanged) onchange(change.state);
        if (change.docChanged || change.selectionSet) oncursor(change.state);
      }),
    ],
  });
}

export { EditorView };
