// Who can have a ticket: asked for when the menu opens, present ones first.

import { call } from "./api.js";
import { complain } from "./say.js";

const RANKS = ["present", "break", "away"];

document.addEventListener(
  "toggle",
  async ({ target }) => {
    if (!target.open || !target.dataset.fill) return;
    const list = target.querySelector("[data-list]");
    const find = target.querySelector("[data-find]");
    find.value = "";
    find.focus();
    try {
      const people = await call("GET", target.dataset.fill);
      list.replaceChildren(...people.filter((one) => one.is_active).sort(byRank(list)).map((one) => choice(one, list)));
    } catch (error) {
      complain(error);
    }
  },
  true,
);

const byRank = (list) => (one, other) => rank(one, list) - rank(other, list) || one.name.localeCompare(other.name);
const rank = (one, list) => (one.id === list.dataset.me ? -1 : RANKS.indexOf(one.presence));

function choice(one, list) {
  const button = document.createElement("button");
  button.className = "button button--bare";
  button.name = "agent";
  button.value = one.id;
  const who = document.createElement("span");
  who.className = "one-line";
  who.textContent = one.id === list.dataset.me ? `${one.name} (${list.dataset.myself})` : one.name;
  const state = document.createElement("span");
  state.className = "quiet small end";
  state.textContent = list.dataset[one.presence];
  button.append(who, state);
  return button;
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-find]")) return;
  const wanted = target.value.trim().toLocaleLowerCase();
  target.closest("[data-people]").querySelectorAll("[data-list] > button").forEach((one) => {
    one.hidden = !one.textContent.toLocaleLowerCase().includes(wanted);
  });
});

// Enter takes the first that is left.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-find]")) return;
  event.preventDefault();
  event.target.closest("[data-people]").querySelector("[data-list] > button:not([hidden])")?.click();
});
