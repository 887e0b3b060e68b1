// Making elements: element("button", {class: "quiet", onclick: act}, "Save").

export function element(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inside.flat(Infinity).filter((each) => each != null && each !== false));
  return made;
}

// Put children in the place of others; what had the keyboard keeps it, by its id.
export function replace(box, ...children) {
  const held = box.contains(document.activeElement) ? document.activeElement.id : "";
  box.replaceChildren(...children.flat(Infinity).filter((each) => each != null && each !== false));
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

export const at = (id) => document.getElementById(id);

// Say something at the head of the page, with things that can be done about it; and aloud to screen readers.
export function tell(said, tone = "calm", ...acts) {
  const bar = at("notice");
  bar.className = tone;
  bar.replaceChildren(element("span", {}, said), ...acts.map(([name, act]) =>
    element("button", { class: "quiet", onclick: () => { hush(); act?.(); } }, name)));
  bar.hidden = false;
}

export function hush() {
  at("notice").hidden = true;
}

export function later(act, wait) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
}

// Act at most once in a while, with the newest that was given: also while somebody types on and on.
export function paced(act, wait) {
  let newest = null;
  return (...given) => {
    if (newest === null) setTimeout(() => { const last = newest; newest = null; act(...last); }, wait);
    newest = given;
  };
}
