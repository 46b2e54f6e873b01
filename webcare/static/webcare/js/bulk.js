// Several tickets at once: picked in the list, changed in the background, with progress
// and the way back.

import { call } from "./api.js";
import { bodyOf } from "./forms.js";
import { complain, say } from "./say.js";

const STEP = 400;
const MOST = 50; // shown of those left as they were
let everything = false;

const bar = () => document.querySelector("[data-bulk]");
const picked = () => [...document.querySelectorAll("#rows [data-pick]:checked")];

function show() {
  const count = picked().length;
  const part = bar();
  if (!part) return;
  part.hidden = !count && !everything;
  document.getElementById("rows").classList.toggle("has-picked", !part.hidden);
  const words = count === 1 ? part.dataset.one : part.dataset.many.replace("{n}", count);
  part.querySelector("[data-count]").textContent = everything ? part.dataset.all : words;
}

function clear() {
  everything = false;
  picked().forEach((box) => (box.checked = false));
  show();
}

const chosen = () =>
  everything
    ? { filter: JSON.parse(bar().dataset.filter) }
    : { tickets: picked().map((box) => box.closest("li").dataset.id) };

async function change(form, submitter) {
  const action = { do: form.dataset.change, ...bodyOf(form, submitter) };
  form.closest("details")?.removeAttribute("open");
  try {
    const asked = await call("POST", bar().dataset.bulk, { ...chosen(), action });
    const job = await ended(asked);
    clear();
    tell(job);
    await explain(job);
    document.dispatchEvent(new Event("desk:look"));
  } catch (error) {
    complain(error);
  }
}

async function ended(job) {
  const meter = bar().querySelector("[data-progress]");
  meter.hidden = false;
  while (!job.finished_at) {
    meter.max = job.total || 1;
    meter.value = job.done + job.failed + job.skipped;
    await new Promise((resolve) => setTimeout(resolve, STEP));
    job = await call("GET", `${bar().dataset.job}${job.id}`);
  }
  meter.hidden = true;
  return job;
}

function tell(job) {
  const { done, left } = bar().dataset;
  const rest = job.failed + job.skipped;
  const words = [done.replace("{n}", job.done), rest ? left.replace("{n}", rest) : ""];
  const undo = job.done ? { address: `${bar().dataset.job}${job.id}/undo` } : undefined;
  say(words.filter(Boolean).join(", "), { tone: rest && !job.done ? "warn" : "good", undo });
}

// Which were left as they were, and why, until it is closed or something else is done.
async function explain(job) {
  const place = document.querySelector("[data-left-over]");
  place.hidden = !(job.failed + job.skipped);
  if (place.hidden) return;
  const pages = ["failed", "skipped"].filter((state) => job[state]).map((state) => call("GET", `${bar().dataset.job}${job.id}/items?state=${state}&limit=${MOST}`));
  const items = (await Promise.all(pages)).flatMap(({ results }) => results);
  place.querySelector("ul").replaceChildren(...items.map(reason));
  place.querySelector("h2").focus();
}

function reason({ ticket, number, code }) {
  const { why, other } = bar().dataset;
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/tickets/${ticket}#now`;
  link.textContent = `#${number}`;
  line.append(link, ` ${JSON.parse(why)[code] ?? other}`);
  return line;
}

// What can be given is asked for when somebody wants to give it.
async function offer(menu) {
  delete menu.dataset.offers;
  await Promise.all([...menu.querySelectorAll("select[data-from]")].map(async (select) => {
    const answer = await call("GET", select.dataset.from);
    const nl = document.documentElement.lang === "nl";
    (answer.results ?? answer).filter((one) => one.is_active !== false && !one.retired_at).forEach((one) => select.add(new Option((nl && one.name_nl) || one.name, one[select.dataset.key ?? "id"])));
  }));
}

document.addEventListener("toggle", ({ target }) => target.open && "offers" in target.dataset && offer(target).catch(complain), true);
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-pick]")) show();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-change]")) return;
  event.preventDefault();
  change(event.target, event.submitter);
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-clear]")) clear();
  if (target.closest("[data-shuts]")) target.closest("[data-left-over]").hidden = true;
  if (target.closest("[data-everything]")) {
    everything = true;
    show();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && bar() && !bar().hidden && !document.querySelector("details[data-menu][open]")) clear();
});
document.addEventListener("desk:seen", show);
