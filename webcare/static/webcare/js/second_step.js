// A second step at the door: a secret for an app, a first code, and recovery codes.

import { call } from "./api.js";
import { bodyOf } from "./forms.js";
import { complain, say } from "./say.js";

const part = document.getElementById("second-step");

part?.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-second-step]");
  if (!form) return;
  event.preventDefault();
  try {
    const answer = await call("POST", form.getAttribute("action"), bodyOf(form));
    if (answer.secret) scan(form, answer.secret);
    else tell(form, answer.recovery_codes);
  } catch (error) {
    complain(error);
  }
});

function scan(form, secret) {
  const next = form.nextElementSibling;
  const picture = next.querySelector("[data-scan]");
  picture.src = picture.dataset.scan;
  next.querySelector("[data-secret]").textContent = secret.match(/.{1,4}/g).join(" ");
  form.reset();
  form.hidden = true;
  next.hidden = false;
  next.querySelector("input").focus();
}

function tell(form, codes) {
  const place = part.querySelector("[data-codes-place]");
  place.querySelector("ul").replaceChildren(...codes.map(line));
  place.hidden = false;
  form.closest("details").hidden = true;
  place.focus();
}

function line(code) {
  const one = document.createElement("li");
  one.append(Object.assign(document.createElement("code"), { textContent: code }));
  return one;
}

part?.querySelector("[data-copies]").addEventListener("click", async ({ target }) => {
  const codes = [...part.querySelectorAll("[data-codes-place] code")].map((one) => one.textContent);
  await navigator.clipboard.writeText(codes.join("\n"));
  say(target.dataset.done);
});
