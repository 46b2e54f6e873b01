// The form of one thing: filled from the API, and sent back as far as it was changed.

import { call } from "../api.js";
import { complain, say } from "../say.js";
import { addRow, fill, mark, read, show } from "./kinds.js";
import { nameOf } from "./shown.js";
import { tell } from "./told.js";
import { wrong } from "./wrong.js";
import "./holidays.js";
import "./trial.js";

const as = new WeakMap(); // form -> what it said when it was filled, and the version

async function begin(form) {
  show(form);
  if (form.dataset.thing === "add") {
    form.querySelectorAll("[data-required] > [data-line]").forEach((button) => addRow(button.closest("[data-path]")));
    return;
  }
  // What is typed before it is filled would be lost, and what could not be read would
  // be sent back as empty.
  form.inert = true;
  form.setAttribute("aria-busy", "true");
  try {
    await filled(form);
    form.inert = false;
  } catch (error) {
    if (error.status === 404) return missing(form, error);
    complain(error);
  }
  form.removeAttribute("aria-busy");
}

// Fields of what is not there would only be lost.
function missing(form, error) {
  const said = Object.assign(document.createElement("p"), { className: "banner tone-bad", textContent: error.message });
  said.setAttribute("role", "alert");
  form.replaceWith(said);
}

async function filled(form) {
  const body = await call("GET", form.getAttribute("action"));
  fill(form, body);
  as.set(form, { said: read(form), version: body.version });
  if (form.dataset.thing === "edit" && body.name) title(nameOf(body));
}

function title(name) {
  document.querySelector("[data-title]").textContent = name;
  document.title = document.title.replace(/^[^·]*/, `${name} `);
}

function changed(form) {
  const now = read(form);
  const before = as.get(form)?.said ?? {};
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

async function keep(form) {
  const isNew = form.dataset.thing === "add";
  const body = isNew ? read(form, true) : changed(form);
  if (!isNew && !Object.keys(body).length) return say(form.dataset.same);
  const version = as.get(form)?.version;
  const method = isNew ? "POST" : (form.dataset.method ?? "PATCH");
  const sent = method === "PUT" ? read(form) : body;
  const answer = await call(method, form.getAttribute("action"), sent, version ? { etag: `"${version}"` } : {});
  mark(form, {});
  return isNew ? made(form, answer) : kept(form, answer);
}

async function made(form, answer) {
  if (answer[form.dataset.told]) await tell(answer[form.dataset.told]);
  location.assign(form.dataset.leaves.replace("{id}", encodeURIComponent(answer[form.dataset.key] ?? "")));
}

function kept(form, answer) {
  fill(form, answer ?? {});
  as.set(form, { said: read(form), version: answer?.version });
  if (form.dataset.thing === "edit" && answer?.name) title(nameOf(answer));
  if ("namesDesk" in form.dataset) document.querySelector(".brand__name").textContent = answer.name;
  if (answer?.[form.dataset.told]) tell(answer[form.dataset.told]);
  say(form.dataset.done);
  document.dispatchEvent(new Event("setup:changed"));
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-thing]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "true";
  try {
    await keep(form);
  } catch (error) {
    wrong(form, error);
  } finally {
    delete form.dataset.busy;
  }
});

document.addEventListener("click", ({ target }) => {
  const adds = target.closest("[data-line]");
  if (adds) addRow(adds.closest("[data-path]")).querySelector("input, select, textarea")?.focus();
  const drops = target.closest("[data-drop]");
  if (drops) drops.closest("[data-row]").remove();
  const shifts = target.closest("[data-shift]");
  if (shifts) shift(shifts.closest("[data-row]"), shifts);
  const ends = target.closest("[data-end]");
  if (ends) end(ends);
});

function shift(row, button) {
  const isUp = button.dataset.shift === "-1";
  const other = isUp ? row.previousElementSibling : row.nextElementSibling;
  other?.[isUp ? "before" : "after"](row);
  button.focus();
}

async function end(button) {
  if (!confirm(button.dataset.ask)) return;
  try {
    await call(button.dataset.end, button.dataset.address);
    location.assign(button.dataset.leaves);
  } catch (error) {
    complain(error);
  }
}

document.addEventListener("change", ({ target }) => {
  const root = target.closest("[data-root]");
  if (root) show(root);
});

// A short name follows the name, until somebody writes their own.
document.addEventListener("input", ({ target }) => {
  const ask = target.closest("[data-path]");
  const form = ask?.closest('form[data-thing="add"]');
  if (!form) return;
  if (ask.dataset.kind === "slug") target.dataset.own = "true";
  const slug = form.querySelector('[data-kind="slug"] input:not([data-own])');
  if (ask.dataset.path === "name" && slug) slug.value = slugOf(target.value);
});

const slugOf = (text) =>
  text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 50);

document.querySelectorAll("form[data-thing]").forEach(begin);
