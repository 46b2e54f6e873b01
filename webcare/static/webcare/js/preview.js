// Shows an answer as it will be published: signed, with its lines and links, with what a
// macro left open marked, and without what does not fit any more.

import { signed } from "./composer.js";
import { clusters, length } from "./lengths.js";

const PARTS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'’”])|(\{\{[^{}]{0,60}\}\})/giu;

function part(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function shown(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    found.push(text.slice(end, match.index), part(match[1] ? "u" : "mark", match[0]));
    end = match.index + match[0].length;
  }
  return [...found, text.slice(end)];
}

// As much of a text as its platform takes: halved until it is found.
function fitting(text, limit, counting) {
  if (length(text, counting) <= limit) return text;
  const signs = clusters(text).map((one) => one.join(""));
  let [fits, breaks] = [0, signs.length];
  while (breaks - fits > 1) {
    const middle = (fits + breaks) >> 1;
    if (length(signs.slice(0, middle).join(""), counting) <= limit) fits = middle;
    else breaks = middle;
  }
  return signs.slice(0, fits).join("");
}

function show(form) {
  const area = form.elements.text;
  const text = signed(area.value, area.dataset.initials);
  const fits = fitting(text, Number(area.dataset.limit), area.dataset.counting);
  const rest = text.slice(fits.length);
  form.querySelector("[data-shown]").replaceChildren(...shown(fits), ...(rest ? [part("s", rest)] : []));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-preview]");
  if (!button) return;
  const panel = document.getElementById(button.getAttribute("aria-controls"));
  panel.hidden = !panel.hidden;
  button.setAttribute("aria-pressed", String(!panel.hidden));
  if (!panel.hidden) show(button.form);
});

document.addEventListener("input", ({ target }) => {
  const panel = target.form?.querySelector("[data-as-published]");
  if (panel && !panel.hidden && target.name === "text") show(target.form);
});
