// The routing table: tried on the tickets of last week, and earlier versions looked at.

import { call } from "../api.js";
import { fill, read } from "./kinds.js";
import { words } from "./trial.js";
import { wrong } from "./wrong.js";

const form = document.querySelector("form[data-preview]");
const place = form.querySelector("[data-previewed]");

form.querySelector("[data-see]").addEventListener("click", async ({ target }) => {
  target.disabled = true;
  try {
    tell(await call("POST", form.dataset.preview, read(form)));
  } catch (error) {
    wrong(form, error);
  } finally {
    target.disabled = false;
  }
});

function tell({ looked_at: lookedAt, is_complete: isComplete, moved, pairs, sample }) {
  const said = moved ? words(place.dataset.some, moved, lookedAt) : words(place.dataset.none, lookedAt);
  const parts = [part("p", isComplete ? said : `${said} ${place.dataset.part}`, "strong")];
  if (moved) parts.push(list(pairs.map((pair) => [`${named(pair.was)} → ${named(pair.now)}: ${pair.tickets}`])), list(sample.map(ticket)));
  place.replaceChildren(...parts);
  place.hidden = false;
}

function ticket({ ticket: id, number, excerpt, was, now }) {
  const link = part("a", `#${number}`);
  link.href = `/tickets/${id}`;
  return [link, ` ${named(was)} → ${named(now)} `, part("span", excerpt, "quiet")];
}

// Queues as the form names them.
const named = (slug) => [...form.querySelector("template").content.querySelectorAll('[data-path="queue"] option')].find((one) => one.value === slug)?.textContent ?? slug;

function list(lines) {
  const found = document.createElement("ul");
  found.append(...lines.map((parts) => {
    const line = document.createElement("li");
    line.append(...parts);
    return line;
  }));
  return found;
}

function part(kind, text, look = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  made.className = look;
  return made;
}

// An earlier version comes into the form: nothing holds before it is kept.
document.addEventListener("setup:looked", ({ detail }) => {
  fill(form, { rules: detail.rules });
  place.replaceChildren(part("p", words(place.dataset.looked, detail.version), "strong"));
  place.hidden = false;
  form.scrollIntoView({ block: "start" });
});

call("GET", form.getAttribute("action")).then((table) => {
  const end = form.querySelector("[data-default]");
  end.textContent = words(end.dataset.says, named(table.default ?? "triage"));
});
