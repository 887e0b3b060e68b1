// Two texts side by side: what the file is now, and what was typed meanwhile. Nothing is dropped by itself.

import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { colours } from "./colours.js";
import { nonce } from "./editor.js";
import { at, element } from "./page.js";
import { say } from "./words.js";

// Show the view; resolve to the merged text, or to null where the writer went back.
export function merged(theirs, mine) {
  const side = (label) => [
    EditorView.cspNonce.of(nonce), lineNumbers(), EditorView.lineWrapping, colours,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
  ];
  return new Promise((done) => {
    const box = at("merge");
    const body = element("div", { class: "sides" });
    const end = (text) => {
      view.destroy();
      box.close();
      box.replaceChildren();
      done(text);
    };
    box.replaceChildren(
      element("header", {}, element("h2", { id: "merge-title" }, say("mergeTitle")), element("p", {}, say("mergeHelp")),
        element("div", { class: "heads" }, element("strong", {}, say("theirs")), element("strong", {}, say("mine")))),
      body,
      element("footer", {},
        element("button", { class: "main", onclick: () => end(view.b.state.doc.toString()) }, say("mergeSave")),
        element("button", { class: "quiet", onclick: () => end(null) }, say("mergeBack"))));
    const view = new MergeView({
      a: { doc: theirs, extensions: [side(say("theirs")), EditorState.readOnly.of(true)] },
      b: { doc: mine, extensions: side(say("mine")) },
      parent: body, revertControls: "a-to-b", highlightChanges: true, gutter: true, collapseUnchanged: { margin: 3 },
    });
    box.oncancel = (event) => { event.preventDefault(); end(null); };
    box.showModal();
    view.b.focus();
  });
}
