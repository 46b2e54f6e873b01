// Opening hours as people write them, and the picture of a week.

const ONE = /^\s*(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?\s*$/; // minutes may be left out
const SVG = "http://www.w3.org/2000/svg";

/* "09:00-12:30, 13:00-17:00"; what cannot be read is sent as it is, and refused. */
export function readHours(text) {
  return text.split(",").filter((one) => one.trim()).map((one) => {
    const [, h, m = "00", until, minutes = "00"] = one.match(ONE) ?? [];
    if (h === undefined) return { from: one.trim(), until: "" };
    return { from: `${h.padStart(2, "0")}:${m}`, until: `${until.padStart(2, "0")}:${minutes}` };
  });
}

export const writeHours = (hours) => hours.map((one) => `${one.from}-${one.until}`).join(", ");

const days = (ask) => [...ask.querySelectorAll("[data-day]")];

export const readWeek = (ask) =>
  Object.fromEntries(days(ask).map((one) => [one.dataset.day, readHours(one.value)]).filter(([, hours]) => hours.length));

export function fillWeek(ask, week) {
  days(ask).forEach((one) => (one.value = writeHours(week?.[one.dataset.day] ?? [])));
  draw(ask);
}

const share = (time) => {
  const [hours, minutes] = time.split(":").map(Number);
  return hours + (minutes || 0) / 60;
};

// What goes on past midnight is drawn on the day it goes on to as well.
function stretches(values) {
  return values.flatMap((text, day) =>
    readHours(text).filter((one) => one.until).flatMap(({ from, until }) => {
      const [begin, end] = [share(from), share(until)];
      if (end > begin) return [[day, begin, end]];
      return [[day, begin, 24], [(day + 1) % 7, 0, end]];
    }),
  );
}

function part(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  if (text !== undefined) element.textContent = text;
  return element;
}

const [LEFT, WIDE, HIGH] = [34, 716, 24];
const x = (hour) => LEFT + (hour / 24) * WIDE;

function draw(ask) {
  const picture = ask.querySelector("[data-picture]");
  const names = picture.dataset.days.split(" ");
  const ground = names.flatMap((name, day) => [
    part("text", { x: 0, y: day * HIGH + 16, class: "week-picture__word" }, name),
    part("rect", { x: LEFT, y: day * HIGH + 3, width: WIDE, height: HIGH - 6, rx: 4, class: "week-picture__day" }),
  ]);
  const open = stretches(days(ask).map((one) => one.value)).map(([day, begin, end]) =>
    part("rect", { x: x(begin), y: day * HIGH + 3, width: Math.max(0, x(end) - x(begin)), height: HIGH - 6, rx: 4, class: "week-picture__open" }),
  );
  const hours = [0, 6, 12, 18, 24].map((hour) =>
    part("text", { x: x(hour), y: 188, class: "week-picture__word", "text-anchor": hour === 24 ? "end" : hour ? "middle" : "start" }, hour),
  );
  picture.replaceChildren(...ground, ...open, ...hours);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-day]")) draw(target.closest("[data-path]"));
});
document.querySelectorAll('fieldset[data-kind="week"]').forEach(draw);
