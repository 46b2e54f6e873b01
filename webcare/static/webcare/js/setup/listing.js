// Lists of the set-up: rows from the API, their buttons, and the form that adds one.

import { call } from "../api.js";
import { complain, say } from "../say.js";
import { mark, read, show } from "./kinds.js";
import { at, shown } from "./shown.js";
import { tell } from "./told.js";

const columnsOf = (listing) => [...listing.querySelectorAll("th[data-name]")].map((one) => one.dataset);

async function load(listing, address = listing.dataset.listing, more = false) {
  if (!listing.querySelector("[data-rows]")) return;
  try {
    const answer = await call("GET", address);
    const rows = rowsIn(answer, listing.dataset.within);
    place(listing, rows, more);
    following(listing, answer?.next);
  } catch (error) {
    complain(error);
  }
}

function rowsIn(answer, within) {
  if (within === ".") return [answer];
  if (within) return answer[within] ?? [];
  return answer.results ?? answer;
}

function place(listing, rows, more) {
  const body = listing.querySelector("[data-rows]");
  const drawn = rows.map((row) => draw(listing, row));
  if (more) body.append(...drawn);
  else body.replaceChildren(...drawn);
  listing.querySelector("[data-none]").hidden = body.children.length > 0;
  listing.querySelector("table").hidden = body.children.length === 0;
}

function following(listing, next) {
  const button = listing.querySelector("[data-more]");
  button.hidden = !next;
  button.onclick = () => load(listing, next, true);
}

function draw(listing, row) {
  const line = document.createElement("tr");
  const key = at(row, listing.dataset.key) ?? "";
  line.dataset.key = key;
  columnsOf(listing).forEach((column) => line.append(cell(listing, row, column, key)));
  const acts = actsOf(listing, row, key);
  if (acts) line.append(acts);
  return line;
}

function cell(listing, row, column, key) {
  const box = document.createElement("td");
  box.dataset.label = [...listing.querySelectorAll("th[data-name]")].find((one) => one.dataset === column || one.dataset.name === column.name).textContent;
  const what = shown(row, column, listing.dataset);
  if (column.kind === "link" && listing.dataset.page && !isFixed(row)) {
    const link = document.createElement("a");
    link.href = `${listing.dataset.page}/${encodeURIComponent(key)}`;
    link.append(what || key);
    box.append(link);
  } else box.append(what);
  if (column.kind === "link" || column.kind === "strong") box.className = "strong";
  return box;
}

// Views that everybody has cannot be changed.
const isFixed = (row) => row.audience === "everybody";

function actsOf(listing, row, key) {
  const template = listing.querySelector("template[data-acts]");
  if (!template?.content.children.length && !listing.dataset.order) return null;
  const box = document.createElement("td");
  box.className = "grid__acts";
  if (listing.dataset.order) box.append(mover(listing, -1), mover(listing, 1));
  [...template.content.children].filter((one) => fits(row, one.dataset.where)).forEach((one) => {
    const button = one.cloneNode(true);
    button.onclick = () => act(listing, button, row, key);
    box.append(button);
  });
  return box;
}

// ["queue", "*"] has one, ["queue", ""] has none, ["queue", "x"] has this one.
function fits(row, where) {
  if (!where) return true;
  const [name, wanted] = JSON.parse(where);
  const value = row[name];
  if (wanted === "*") return Boolean(value);
  return wanted === "" ? !value : value === wanted;
}

const whole = (address, row, key) =>
  address.replace("{row}", encodeURIComponent(key)).replace(/\{([\w.]+)\}/g, (all, name) => encodeURIComponent(at(row, name)));

async function act(listing, button, row, key) {
  const { method, address, ask, done, told, body } = button.dataset;
  if (ask && !confirm(ask)) return;
  button.disabled = true;
  try {
    const sent = method === "DELETE" || method === "GET" ? undefined : JSON.parse(body);
    const answer = await call(method, whole(address, row, key), sent);
    if (told) tell(answer[told]);
    if (done) say(done);
    document.dispatchEvent(method === "GET" ? new CustomEvent("setup:looked", { detail: answer }) : new Event("setup:changed"));
  } catch (error) {
    complain(error);
  } finally {
    button.disabled = false;
  }
}

function mover(listing, by) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small button--bare";
  button.textContent = by < 0 ? "↑" : "↓";
  button.setAttribute("aria-label", by < 0 ? listing.dataset.up : listing.dataset.down);
  button.onclick = () => move(listing, button.closest("tr"), by);
  return button;
}

async function move(listing, line, by) {
  const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  other[by < 0 ? "before" : "after"](line);
  const policies = [...line.parentElement.children].map((one) => one.dataset.key);
  try {
    await call("POST", listing.dataset.order, { policies });
    say(listing.dataset.moved);
    line.querySelector("button").focus();
  } catch (error) {
    complain(error);
    load(listing);
  }
}

// An answer that stands in the address is not sent as well.
function target(form, body) {
  const names = [...form.getAttribute("action").matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const isOpen = names.some((name) => !body[name]);
  const address = isOpen ? form.dataset.otherwise : whole(form.getAttribute("action"), body, "");
  names.forEach((name) => delete body[name]);
  return address;
}

async function add(form) {
  let body = read(form, true);
  const address = target(form, body);
  if (form.dataset.asList) body = texts(body, form.dataset.asList);
  try {
    const answer = await call(form.dataset.adding, address, body);
    mark(form, {});
    form.reset();
    show(form);
    say(form.querySelector("button:not([type=button])").textContent + (answer?.added === undefined ? "" : `: ${answer.added}`));
    document.dispatchEvent(new Event("setup:changed"));
  } catch (error) {
    const rest = mark(form, error.answer?.errors ?? {});
    if (rest.length || !error.answer?.errors) complain(rest.length ? Object.assign(new Error(rest.join(" ")), { status: 422 }) : error);
  }
}

const texts = (body, name) => body[name].split("\n").filter((one) => one.trim()).map((text) => ({ text: text.trim() }));

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-adding]");
  if (!form) return;
  event.preventDefault();
  add(form);
});

const all = () => [...document.querySelectorAll("[data-listing]")];
document.addEventListener("setup:changed", () => all().forEach((one) => load(one)));
all().forEach((one) => load(one));
document.querySelectorAll("form[data-adding]").forEach((form) => show(form));
