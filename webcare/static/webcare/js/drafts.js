// What is being written is kept on the server, a moment after the last key: an answer
// and a note, each by itself.

import { call } from "./api.js";

const PAUSE = 900;
const WRITTEN = "[data-reply], [data-note]";
const timers = new WeakMap();

function keep(form) {
  const address = form.closest("[data-draft]").dataset.draft;
  const body = { text: form.elements.text.value, seen: form.elements.seen?.value };
  const mark = form.querySelector("[data-kept]");
  mark.textContent = "";
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(async () => {
    try {
      await call("PUT", address, body);
      mark.textContent = mark.dataset.kept;
    } catch {
      mark.textContent = ""; // Said by the page when the network is away.
    }
  }, PAUSE));
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest(WRITTEN);
  if (form && target.name === "text") keep(form);
});

// Sent: what is still on its way would bring the text back.
document.addEventListener("submit", ({ target }) => {
  if (target.matches(WRITTEN)) clearTimeout(timers.get(target));
});
