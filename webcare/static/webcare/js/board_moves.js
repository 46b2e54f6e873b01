// Gives a ticket to a person or a queue: dragged there, or chosen from a list by keys.

import { call } from "./api.js";
import { chooser, fitting } from "./choose.js";
import { complain, say } from "./say.js";

const board = document.getElementById("board");
const dialog = document.getElementById("move");
const words = board.dataset;
let moved = null;

const workOf = (node) => node.closest?.(".work[data-ticket]");
const targetOf = (node) => node.closest?.("[data-target]");
const address = (work, act) => `${words.tickets}/${work.dataset.ticket}/${act}`;

async function move(work, { target, id, name }) {
  if (target === "queue" && work.dataset.queue === id) return;
  const undo = wayBack(work, target);
  try {
    await (target === "agent" ? call("POST", address(work, "assign"), { agent: id }) : call("POST", address(work, "route"), { queue: id }));
    say(words.handed.replace("{n}", work.dataset.number).replace("{name}", name), { undo });
    document.dispatchEvent(new Event("desk:look"));
  } catch (error) {
    complain(error);
  }
}

// To whom it was, or where, with who had it there.
function wayBack(work, target) {
  const { agent } = work.dataset;
  if (target === "queue") return { address: address(work, "undo"), body: { what: "queue" } };
  return agent ? { address: address(work, "assign"), body: { agent } } : { address: address(work, "release") };
}

board.addEventListener("dragstart", (event) => {
  moved = workOf(event.target);
  if (!moved) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", moved.dataset.number);
  moved.classList.add("is-dragged");
  board.classList.add("is-moving");
});

board.addEventListener("dragover", (event) => {
  const target = moved && targetOf(event.target);
  light(target);
  if (target) event.preventDefault();
});

board.addEventListener("drop", (event) => {
  const target = moved && targetOf(event.target);
  if (!target) return;
  event.preventDefault();
  move(moved, target.dataset);
});

board.addEventListener("dragend", () => {
  moved?.classList.remove("is-dragged");
  board.classList.remove("is-moving");
  light(null);
  moved = null;
});

function light(target) {
  board.querySelectorAll(".is-target").forEach((one) => one !== target && one.classList.remove("is-target"));
  target?.classList.add("is-target");
}

if (dialog) {
  const field = dialog.querySelector("input");
  let chosen = null;
  const show = chooser(field, dialog.querySelector("[role=listbox]"), (option) => {
    dialog.close();
    move(chosen, option);
  });
  const targets = () =>
    [...board.querySelectorAll("[data-target]")].map(({ dataset }) => ({ ...dataset, label: dataset.name, group: dataset.target === "agent" ? words.agents : words.queues }));
  const find = () => show(fitting(field.value, targets()));
  field.addEventListener("input", find);
  // News may have made the row anew meanwhile: one goes on where one was.
  dialog.addEventListener("close", () => chosen?.querySelector("[data-move]")?.focus({ preventScroll: true }));
  board.addEventListener("click", (event) => {
    if (!event.target.closest("[data-move]")) return;
    chosen = workOf(event.target);
    dialog.querySelector("[data-move-what]").textContent = chosen.querySelector(".work__top a").textContent;
    field.value = "";
    dialog.showModal();
    field.focus();
    find();
  });
}
