// What is being written is kept on the server, a moment after the last key.

import { call } from "./api.js";

const PAUSE = 900;
let timer;

function keep(form) {
  const address = form.closest("[data-draft]").dataset.draft;
  const text = form.elements.text.value;
  const mark = form.querySelector("[data-kept]");
  mark.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(async () => {
    try {
      await call("PUT", address, { text, seen: form.elements.seen.value });
      mark.textContent = mark.dataset.kept;
    } catch {
      mark.textContent = ""; // Said by the page when the network is away.
    }
  }, PAUSE);
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("[data-reply]");
  if (form && target.name === "text") keep(form);
});

// Sent: what is still on its way would bring the text back.
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-reply]")) clearTimeout(timer);
});
