// The files of the folder, by subfolder; those with a draft are marked.

import { element } from "./page.js";
import { say } from "./words.js";

export function tree(files, drafts, current, open) {
  if (!files.length) return [element("p", { class: "soft" }, say("noFiles"))];
  const folders = new Map();
  for (const path of files) {
    const cut = path.lastIndexOf("/");
    const home = cut < 0 ? "" : path.slice(0, cut);
    if (!folders.has(home)) folders.set(home, []);
    folders.get(home).push(path);
  }
  return [...folders].map(([home, paths]) => {
    const list = element("ul", {}, paths.map((path) => element("li", {}, element("button", {
      class: drafts.has(path) ? "file draft" : "file", "aria-current": path === current ? "true" : false,
      "data-path": path, onclick: () => open(path), title: drafts.has(path) ? say("unsaved") : path,
    }, path.slice(home ? home.length + 1 : 0)))));
    return home ? element("details", { open: true }, element("summary", {}, home), list) : list;
  });
}
