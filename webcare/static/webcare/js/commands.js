// One line to do or find anything: what this page can do, pages, views, people, macros
// and tickets. What is known here answers at once; tickets come from the search behind it.

import { call } from "./api.js";
import { chooser, fitting } from "./choose.js";
import { complain } from "./say.js";

const PAUSE = 180; // ms without a key before the search is asked
const SHORTEST = 2;
const SHOWN = 40;
const dialog = document.getElementById("commands");
const field = document.getElementById("commands-find");
const words = dialog.dataset;
const show = chooser(field, document.getElementById("commands-list"), (option) => {
  dialog.close();
  Promise.resolve(option.run()).catch(complain);
});
let here = [];
let known; // what was asked for once: views, people, macros
let found = [];
let timer;

export function open() {
  if (document.querySelector("dialog[open]")) return;
  here = [...actions(), ...pages()];
  found = [];
  field.value = "";
  dialog.showModal();
  field.focus();
  render();
  known ??= ask();
  known.then(render, complain);
}

// What stands in the page's bars and menus, by its own words.
function actions() {
  const parts = document.querySelectorAll(".alarms :is(a, button), main .bar :is(button, a.button, summary), main .composer :is(button[data-first], summary), .bulk:not([hidden]) :is(button, summary), .rail [data-opens]");
  const seen = new Map();
  parts.forEach((part) => {
    const label = text(part);
    const inMenu = part.closest("details:not([open])")?.querySelector("summary");
    if (label && !seen.has(label) && (part.localName === "summary" || part.checkVisibility() || inMenu)) {
      const menu = part.localName !== "summary" && inMenu ? `${text(inMenu)}: ` : "";
      seen.set(label, option(menu + label, words.ofAction, () => press(part)));
    }
  });
  return [...seen.values()];
}

const text = (part) => [...part.childNodes].filter((node) => !node.classList?.contains("end") && node.localName !== "kbd").map((node) => node.textContent).join("").replace(/\s+/g, " ").trim();
const option = (label, group, run, more = "") => ({ label, group, run, words: more });
const go = (address) => () => location.assign(address);

// A menu opens with its first choice under the keys; all else is pressed.
function press(part) {
  if (part.localName !== "summary") return part.click();
  for (let menu = part.parentElement; menu; menu = menu.parentElement.closest("details")) menu.open = true;
  part.parentElement.querySelector(":is(.menu__body, .change__body) :is(button, input, select, a)")?.focus();
}

function pages() {
  const fixed = [...document.querySelectorAll("#commands-pages option")].map((one) => option(one.label, words.ofPage, go(one.value)));
  const shown = [...document.querySelectorAll(".rail__views a")].map((one) => option(text(one.querySelector(".view__name") ?? one), words.ofView, go(one.href)));
  return [...fixed, ...shown];
}

async function ask() {
  const menu = document.querySelector("details[data-macros]");
  const [views, people, macros] = await Promise.all([
    call("GET", words.views),
    call("GET", words.agents),
    menu ? call("GET", `${words.macros}?limit=200`) : { results: [] },
  ]);
  return [...views.map(view), ...people.filter((one) => one.is_active).map(person), ...macros.results.map((one) => macro(one, menu))];
}

function view(one) {
  const name = (document.documentElement.lang === "nl" && one.name_nl) || one.name;
  const address = one.audience === "everybody" ? `?view=${one.id}` : `?saved=${one.id}`;
  return option(name, words.ofView, go(words.listPage + address));
}

const person = (one) => option(one.name, words.ofPerson, go(`${words.listPage}?status=live&agent=${one.id}`), `@${one.username}`);

function macro(one, menu) {
  return option(one.name, words.ofMacro, async () => (await import("./macros.js")).use(one, menu));
}

async function render() {
  const later = (await Promise.race([known, Promise.resolve()])) ?? [];
  if (!dialog.open) return;
  const wanted = field.value.trim();
  const labels = new Set();
  const fit = fitting(wanted, [...here, ...later]).filter(({ label, group }) => !labels.has(label + group) && labels.add(label + group));
  const all = [...fit.slice(0, SHOWN), ...found];
  show(all);
  const status = dialog.querySelector("[role=status]");
  status.textContent = status.dataset.found.replace("{n}", all.length);
}

field.addEventListener("input", () => {
  found = [];
  render();
  clearTimeout(timer);
  const wanted = field.value.trim();
  if (wanted.length >= SHORTEST) timer = setTimeout(() => search(wanted), PAUSE);
});

// An answer that comes after other letters were typed is none.
async function search(wanted) {
  try {
    const answer = await call("GET", `${words.search}?q=${encodeURIComponent(wanted)}&limit=8`);
    if (field.value.trim() !== wanted || !dialog.open) return;
    found = answer.results.map(({ ticket, snippet }) => {
      const said = snippet.map((part) => part.text).join("") || ticket.excerpt;
      return option(`#${ticket.number} ${ticket.author.name || ticket.author.handle} · ${said}`, words.ofTicket, go(`/tickets/${ticket.id}#now`));
    });
    render();
  } catch {
    // What cannot be looked for as it stands, as a lone quote, finds nothing yet.
  }
}
