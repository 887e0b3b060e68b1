// An answer with its reasons: a tree of sentences, each clause a way to its line; what is missing; what would cure it.

import { account } from "./account.js";
import { element } from "./page.js";
import { chosen, either, say } from "./words.js";

export const pill = (answer, said) => element("span", { class: `pill ${answer}` }, said);

// Lines of {depth, text} as nested lists; the first is the head. `goTo(file, line)` follows a citation.
export function tree(told, goTo) {
  const lines = told.lines[chosen()];
  const [head, ...rest] = lines;
  return [element("p", { class: `head ${told.answer}` }, head.text), nested(rest, 1, goTo)];
}

function nested(lines, depth, goTo) {
  const list = element("ul", { class: "reasons" });
  for (let place = 0; place < lines.length;) {
    let next = place + 1;
    while (next < lines.length && lines[next].depth > depth) next += 1;
    list.append(element("li", {}, cited(lines[place].text, goTo),
      next > place + 1 ? nested(lines.slice(place + 1, next), depth + 1, goTo) : null));
    place = next;
  }
  return list;
}

function cited(text, goTo) {
  const found = /^(.*?)\s{2,}(\S+\.contract):(\d+)$/s.exec(text);
  if (!found) return text;
  const [, said, file, line] = found;
  const own = account()?.path.split("/").pop() === file;
  return [said, " ", element("button", { class: "cite", onclick: () => goTo(file, Number(line)) },
    own ? say("line", line) : `${file} ${say("line", line)}`)];
}

export function said(title, all) {
  return all.length ? element("div", { class: "told" }, element("h3", {}, say(title)),
    element("ul", {}, all.map((each) => element("li", {}, either(each))))) : null;
}
