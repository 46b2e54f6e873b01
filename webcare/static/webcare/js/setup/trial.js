// Trying what a form says, or a text, without an effect.

import { call } from "../api.js";
import { complain } from "../say.js";
import { read } from "./kinds.js";
import { span } from "./shown.js";
import { wrong } from "./wrong.js";

export const words = (text, ...values) => values.reduce((said, value, at) => said.replace(`{${at + 1}}`, value), text);

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-try]");
  if (!button) return;
  const form = button.closest("form");
  button.disabled = true;
  try {
    const body = { ...read(form), last: 100 };
    form.dataset.trialWithout.split(" ").forEach((name) => delete body[name]);
    answer(form.querySelector("[data-tried]"), await call("POST", form.dataset.trial, body));
  } catch (error) {
    wrong(form, error);
  } finally {
    button.disabled = false;
  }
});

function answer(place, tried) {
  const found = Array.isArray(tried.matched) ? tried.matched : tried.results;
  const said = document.createElement("p");
  said.className = "strong";
  said.textContent = found.length ? words(place.dataset.some, found.length, tried.looked_at) : words(place.dataset.none, tried.looked_at);
  const list = document.createElement("ul");
  list.append(...found.slice(0, 10).map(line));
  place.replaceChildren(said, list);
  place.hidden = false;
}

function line(one) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/tickets/${one.ticket}`;
  link.textContent = one.number ? `#${one.number}` : one.ticket.slice(0, 8);
  item.append(link, " ", does(one));
  return item;
}

const does = (one) =>
  one.promises
    ? one.promises.map(({ seconds }) => span(seconds)).join(", ")
    : one.changes.map((change) => Object.values(change).filter((value) => typeof value === "string").join(" ")).join(", ");

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-try-topics]");
  if (!form) return;
  event.preventDefault();
  try {
    const [said] = await call("POST", form.dataset.tryTopics, [{ text: form.querySelector("textarea").value }]);
    about(form, said);
  } catch (error) {
    complain(error);
  }
});

function about(form, said) {
  const place = document.querySelector("[data-answer]");
  const found = (said.why.rules ?? []).map((rule) => rule.found).filter(Boolean);
  const topic = said.topic ? words(form.dataset.sure, said.topic, Math.round(said.confidence * 100)) : form.dataset.unsure;
  place.textContent = found.length ? `${topic} ${form.dataset.found}: ${found.join(", ")}` : topic;
  place.hidden = false;
}
