// A new key is told once: it stays on the page until one leaves it.

import { call } from "./api.js";
import { bodyOf } from "./forms.js";
import { complain } from "./say.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-new-key]");
  if (!form) return;
  event.preventDefault();
  try {
    const made = await call("POST", form.getAttribute("action"), bodyOf(form));
    const place = form.querySelector("[data-key-place]");
    place.querySelector("code").textContent = made.token;
    place.hidden = false;
  } catch (error) {
    complain(error);
  }
});
