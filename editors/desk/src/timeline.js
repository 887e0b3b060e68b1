// The events of an account on a line of days: marks to drag, breaches as bands, and the day that is looked at.


const SVG = "http://www.w3.org/2000/svg";
const DAY = 86_400_000;
const WIDE = 1000;
const at = (day) => Date.parse(`${day}T00:00Z`);
const dayOf = (moment) => new Date(moment).toISOString().slice(0, 10);

export function span(rows, day) {
  const known = [...rows.map((each) => at(each.day)), at(day)].filter((each) => !Number.isNaN(each));
  const [first, last] = [Math.min(...known), Math.max(...known)];
  const around = Math.max(14 * DAY, (last - first) * 0.08);
  return [first - around, last + around * 2];
}

const draw = (tag, given, ...inside) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
};

// The picture. `move(place, day)` moves an event (null: the day looked at).
export function timeline({ rows, day, breaches = [], names }, move) {
  const [from, to] = span(rows, day);
  const x = (moment) => ((moment - from) / (to - from)) * WIDE;
  const picture = draw("svg", { viewBox: `0 0 ${WIDE} 96`, class: "timeline", "aria-hidden": "true" });
  for (const [moment, label] of ticks(from, to)) {
    picture.append(draw("line", { x1: x(moment), x2: x(moment), y1: 14, y2: 78, class: "month" }),
      draw("text", { x: x(moment) + 4, y: 92, class: "month" }, label));
  }
  for (const each of breaches) {
    const begin = x(at(each.from));
    const end = each.to ? x(at(each.to)) : x(at(day)) + 1;
    picture.append(draw("rect", { x: begin, width: Math.max(3, end - begin), y: 50, height: 12, rx: 3, class: "breach" }));
  }
  picture.append(draw("line", { x1: 0, x2: WIDE, y1: 56, y2: 56, class: "axis" }));
  const stacked = new Map();
  rows.forEach((each, place) => {
    const moment = at(each.day);
    if (Number.isNaN(moment)) return;
    const level = stacked.get(each.day) ?? 0;
    stacked.set(each.day, level + 1);
    const mark = draw("circle", { cx: x(moment), cy: 56 - level * 11, r: 6, class: "mark" },
      draw("title", {}, `e${place + 1} ${each.day} ${names(each)}`));
    drag(mark, (spot) => { mark.setAttribute("cx", x(spot)); }, (spot) => move(place, dayOf(spot)));
    picture.append(mark, draw("text", { x: x(moment), y: 40 - level * 11, class: "number" }, `e${place + 1}`));
  });
  const cursor = draw("g", { class: "cursor", transform: `translate(${x(at(day))} 0)` },
    draw("line", { y1: 8, y2: 80 }), draw("path", { d: "M-7 2h14v7l-7 8l-7-8z" }));
  drag(cursor, (spot) => cursor.setAttribute("transform", `translate(${x(spot)} 0)`), (spot) => move(null, dayOf(spot)));
  picture.append(cursor);
  picture.addEventListener("click", (event) => { if (event.target === picture) move(null, dayOf(place(event))); });
  return picture;

  function place(event) {
    const box = picture.getBoundingClientRect();
    const moment = from + ((event.clientX - box.left) / box.width) * (to - from);
    return Math.round(Math.min(Math.max(moment, from), to) / DAY) * DAY;
  }

  function drag(mark, shown, done) {
    mark.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      mark.setPointerCapture(event.pointerId);
      const moved = (next) => shown(place(next));
      mark.addEventListener("pointermove", moved);
      mark.addEventListener("pointerup", (last) => { mark.removeEventListener("pointermove", moved); done(place(last)); },
        { once: true });
    });
  }
}

// Weeks where the line is short, else so many months that their names have room.
function ticks(from, to) {
  const found = [];
  if (to - from < 120 * DAY) {
    for (let moment = Math.ceil(from / DAY / 7) * 7 * DAY + 4 * DAY; moment < to; moment += 14 * DAY) {
      found.push([moment, dayOf(moment).slice(5)]);
    }
    return found;
  }
  const step = Math.max(1, Math.round((to - from) / DAY / 30 / 9));
  for (const month = new Date(`${dayOf(from).slice(0, 8)}01T00:00Z`); month < to; month.setUTCMonth(month.getUTCMonth() + step)) {
    if (month >= from) found.push([month.getTime(), dayOf(month).slice(0, 7)]);
  }
  return found;
}

// The slider by which keys move the day.
export function slider(rows, day) {
  const [from, to] = span(rows, day);
  return { min: Math.round(from / DAY), max: Math.round(to / DAY), value: Math.round(at(day) / DAY) };
}

export const dayOfNumber = (number) => dayOf(number * DAY);
