// HTML that the language server made from Markdown, without anything that could act.

const ALLOWED = new Set(["P", "STRONG", "EM", "CODE", "PRE", "UL", "OL", "LI", "BR", "HR", "H1", "H2", "H3", "H4",
  "BLOCKQUOTE", "SPAN", "DEL", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD"]);

export function clean(html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  for (const each of [...read.body.querySelectorAll("*")]) {
    if (!ALLOWED.has(each.tagName)) {
      each.replaceWith(document.createTextNode(each.textContent));
      continue;
    }
    for (const name of each.getAttributeNames()) if (name !== "class") each.removeAttribute(name);
  }
  return read.body.innerHTML;
}
