// How each kind of question is read from a form, and filled in. A `data-root` is a form
// or a row of one; a question belongs to the nearest root around it.

import { fillPauses, fillWarnings, readPauses, readWarnings } from "./promises.js";
import { readWeek, fillWeek, readHours, writeHours } from "./week.js";

const box = (ask) => ask.querySelector("input, select, textarea");
const boxes = (ask) => [...ask.querySelectorAll("input[type=checkbox]")];
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const local = (value) => {
  const at = new Date(value);
  return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};

export const asksOf = (root) =>
  [...root.querySelectorAll("[data-path]")].filter((ask) => ask.parentElement.closest("[data-root]") === root);

const KINDS = {
  flag: { read: (ask) => box(ask).checked, fill: (ask, value) => (box(ask).checked = Boolean(value)) },
  choice: {
    read: (ask) => (box(ask).value === "true" || box(ask).value === "false" ? box(ask).value === "true" : box(ask).value || null),
    fill: (ask, value) => choose(box(ask), value),
  },
  many: {
    read: (ask) => boxes(ask).filter((one) => one.checked).map((one) => one.value),
    fill: (ask, value) => boxes(ask).forEach((one) => (one.checked = [value ?? []].flat().includes(one.value))),
  },
  lines: { read: (ask) => lines(box(ask).value), fill: (ask, value) => (box(ask).value = [value ?? []].flat().join("\n")) },
  number: { read: (ask) => (box(ask).value === "" ? null : Number(box(ask).value)) },
  moment: {
    read: (ask) => (box(ask).value ? new Date(box(ask).value).toISOString() : null),
    fill: (ask, value) => (box(ask).value = value ? local(value) : ""),
  },
  hours: { read: (ask) => readHours(box(ask).value), fill: (ask, value) => (box(ask).value = writeHours(value ?? [])) },
  length: { read: readLength, fill: fillLength },
  rows: { read: readRows, fill: fillRows },
  keyed: {
    read: (ask) => Object.fromEntries(readRows(ask).map((row) => unkey(row, ask.dataset.key))),
    fill: (ask, value) => fillRows(ask, Object.entries(value ?? {}).map(([key, row]) => ({ [ask.dataset.key]: key, ...(row ?? { time: "never" }) }))),
  },
  filters: {
    read: (ask) => Object.fromEntries([...ask.querySelectorAll("[data-filter]")].filter((one) => one.value).map((one) => [one.dataset.filter, one.value])),
    fill: (ask, value) => ask.querySelectorAll("[data-filter]").forEach((one) => choose(one, value?.[one.dataset.filter])),
  },
  week: { read: readWeek, fill: fillWeek },
  warnings: { read: (ask) => readWarnings(box(ask).value), fill: (ask, value) => (box(ask).value = fillWarnings(value)) },
  pauses: { read: (ask) => readPauses(boxes(ask)), fill: (ask, value) => fillPauses(boxes(ask), value) },
  text: { read: (ask) => box(ask).value.trim(), fill: (ask, value) => (box(ask).value = value ?? "") },
  area: { read: (ask) => box(ask).value },
};
KINDS.people = { read: KINDS.many.read, fill: (ask, value) => KINDS.many.fill(ask, (value ?? []).map((one) => one.id)) };
KINDS.yes = { read: (ask) => box(ask).value === "true", fill: KINDS.choice.fill };
KINDS.count = { read: KINDS.number.read, fill: KINDS.choice.fill };
KINDS.decimal = KINDS.number;
const kind = (ask) => ({ ...KINDS.text, ...KINDS[ask.dataset.kind] });

// What is chosen already stays a choice, though it is not offered any more.
function choose(select, value) {
  const wanted = value === null || value === undefined ? "" : String(value?.id ?? value?.slug ?? value);
  if (select.options && ![...select.options].some((one) => one.value === wanted)) select.add(new Option(value?.name ?? wanted, wanted));
  select.value = wanted;
}

function readLength(ask) {
  const [amount, unit] = ask.querySelectorAll("input, select");
  return amount.value === "" ? null : Math.round((Number(amount.value) * Number(unit.value)) / Number(ask.dataset.per));
}

function fillLength(ask, value) {
  const [amount, unit] = ask.querySelectorAll("input, select");
  if (value === null || value === undefined) return (amount.value = "");
  const seconds = value * Number(ask.dataset.per);
  unit.value = [86400, 3600, 60].find((one) => seconds >= one && seconds % one === 0) ?? 60;
  return (amount.value = seconds / Number(unit.value));
}

const rowsOf = (ask) => [...ask.querySelector("[data-lines]").children];

// A row keeps what its questions do not ask for.
function readRows(ask) {
  return rowsOf(ask).map((row) => (row.dataset.group ? JSON.parse(row.dataset.group) : { ...kept(row), ...read(row, true) }));
}

function kept(row) {
  const whole = JSON.parse(row.dataset.was ?? "{}");
  asksOf(row).forEach((ask) => delete whole[ask.dataset.path.split(".")[0]]);
  return whole;
}

function fillRows(ask, values) {
  ask.querySelector("[data-lines]").replaceChildren();
  [values ?? []].flat().forEach((value) => addRow(ask, value));
}

export function addRow(ask, value) {
  const row = ask.querySelector("template").content.firstElementChild.cloneNode(true);
  ask.querySelector("[data-lines]").append(row);
  if (value) {
    row.dataset.was = JSON.stringify(value);
    fill(row, value);
    if (["all", "any", "none"].some((name) => name in value)) asGroup(row, value);
  }
  show(row);
  return row;
}

// Conditions within conditions are kept as they are: they are made through the API.
function asGroup(row, value) {
  row.dataset.group = JSON.stringify(value);
  const words = document.createElement("code");
  words.textContent = JSON.stringify(value);
  row.querySelector(".line__in").replaceChildren(words);
}

function unkey({ time, ...row }, name) {
  const { [name]: key, ...rest } = row;
  return [key, time === "never" ? null : { ...rest, time }];
}

// A question that depends on another is asked while that one has the answer for it.
export function show(root) {
  const all = asksOf(root);
  all.filter((ask) => ask.dataset.only).forEach((ask) => {
    const [name, ...answers] = JSON.parse(ask.dataset.only);
    const other = all.find((one) => one.dataset.path === name);
    ask.hidden = !other || !answers.includes(String(box(other).value));
    ask.querySelectorAll("input, select, textarea").forEach((one) => (one.disabled = ask.hidden));
  });
}

/* What a root says. What is left open is left out, unless `whole` is wanted. */
export function read(root, sparse) {
  const body = JSON.parse(root.dataset.with ?? "{}");
  asksOf(root).filter((ask) => !ask.hidden).forEach((ask) => {
    const value = kind(ask).read(ask);
    const isNested = ask.dataset.path.includes(".");
    const isOpen = value === null || value === "" || (Array.isArray(value) && !value.length && ask.dataset.kind !== "pauses");
    if (isOpen && (sparse || isNested)) return;
    put(body, ask.dataset.path.split("."), value);
  });
  return body;
}

function put(body, [name, ...rest], value) {
  if (!rest.length) return (body[name] = value);
  return put((body[name] ??= {}), rest, value);
}

export function fill(root, body) {
  asksOf(root).forEach((ask) => {
    const value = ask.dataset.path.split(".").reduce((at, name) => at?.[name], body);
    const retired = ask.dataset.path === "retired" ? Boolean(body.retired_at) : value;
    if (retired !== undefined) kind(ask).fill(ask, retired);
  });
  show(root);
}

/* Says beside each question what is wrong with it; returns what has no question. */
export function mark(root, errors) {
  root.querySelectorAll("[data-path]").forEach((ask) => setProblem(ask, ""));
  return Object.entries(errors).flatMap(([path, texts]) => {
    const said = [texts].flat().filter((one) => typeof one === "string").join(" ");
    return placed(root, path, said) ? [] : [said || path];
  });
}

// What is wrong in a row is said in that row, or of it by its number.
function placed(root, path, said) {
  const ask = asksOf(root).find((one) => path === one.dataset.path || path.startsWith(`${one.dataset.path}.`));
  if (!ask) return false;
  const [place, ...rest] = path.slice(ask.dataset.path.length + 1).split(".");
  const row = ask.dataset.kind === "rows" && place ? rowsOf(ask)[Number(place)] : null;
  if (row && rest.length && placed(row, rest.join("."), said)) return true;
  return setProblem(ask, row ? `${Number(place) + 1}: ${said}` : said);
}

function setProblem(ask, text) {
  const place = [...ask.querySelectorAll(".problem")].find((one) => one.closest("[data-path]") === ask);
  if (!place) return false;
  place.textContent = text;
  place.hidden = !text;
  if (text) place.closest("details")?.setAttribute("open", "");
  box(ask)?.setAttribute("aria-invalid", text ? "true" : "false");
  return true;
}
