// Several tickets at once: picked in the list, changed in the background, with progress
// and the way back.

import { call } from "./api.js";
import { bodyOf } from "./forms.js";
import { complain, say } from "./say.js";

const STEP = 400;
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
  if (target.closest("[data-everything]")) {
    everything = true;
    show();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && bar() && !bar().hidden && !document.querySelector("details[data-menu][open]")) clear();
});
document.addEventListener("desk:seen", show);
