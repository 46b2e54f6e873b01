// Counts an answer as it will go out, and says when there is something new to read.

import { length } from "./lengths.js";

export const signed = (text, initials) => {
  const trimmed = text.trim();
  const mark = `^${initials}`;
  return !initials || !trimmed || trimmed.endsWith(mark) ? trimmed : `${trimmed} ${mark}`;
};

function count(area) {
  const limit = Number(area.dataset.limit);
  const taken = length(signed(area.value, area.dataset.initials), area.dataset.counting);
  const shown = document.getElementById(area.getAttribute("aria-describedby"));
  shown.querySelector("[data-count]").textContent = `${taken} / ${limit}`;
  shown.classList.toggle("is-near", taken > limit * 0.9 && taken <= limit);
  shown.classList.toggle("is-over", taken > limit);
}

const countAll = (root) => root.querySelectorAll?.("[data-limit]").forEach(count);

document.addEventListener("input", (event) => {
  if (event.target.dataset?.limit) count(event.target);
});
document.addEventListener("htmx:load", (event) => countAll(event.target));
countAll(document);

// What counts as new to a writer: the author's newest message, our newest answer.
const news = (seen) => seen.replaceAll('"', "").split(".").slice(1).join(".");

function announce(form, now) {
  if (!form || news(form.elements.seen.value) === news(now)) return;
  const banner = form.querySelector("[data-unread]");
  banner.hidden = false;
  banner.querySelector("[data-read]").onclick = () => {
    form.elements.seen.value = now;
    banner.hidden = true;
    form.elements.text.focus();
  };
}

document.addEventListener("desk:seen", ({ detail }) => announce(document.querySelector("[data-reply]"), detail));

// What was begun another time may be older than what stands above it now.
const began = document.querySelector("[data-reply]");
if (began) announce(began, began.elements.seen.dataset.now);
