// Says every few seconds that one looks at a ticket or writes, and shows who else does.

import { call } from "./api.js";

const PERIOD = 4000;
const TYPING = 6000; // ms since the last key
const IDLE = 120000;
let typedAt = 0;
let movedAt = Date.now();

const address = () => document.querySelector("[data-presence]")?.dataset.presence;

function doing() {
  const now = Date.now();
  if (now - typedAt < TYPING) return "typing";
  return now - movedAt < IDLE && !document.hidden ? "viewing" : "idle";
}

async function tell() {
  if (!address()) return;
  try {
    show(await call("POST", address(), { doing: doing() }));
  } catch {
    show([]);
  }
}

function show(others) {
  const line = document.querySelector("[data-others]");
  if (!line) return;
  const typing = others.filter((one) => one.doing === "typing");
  const named = typing.length ? typing : others.filter((one) => one.doing === "viewing");
  const words = typing.length ? line.dataset.typing : line.dataset.viewing;
  line.hidden = !named.length;
  const said = words.replace("{names}", named.map((one) => one.name).join(", "));
  if (line.textContent !== said) line.textContent = said;
}

document.addEventListener("input", ({ target }) => {
  if (target.closest("[data-reply]")) typedAt = Date.now();
});
for (const sign of ["pointermove", "keydown", "scroll"]) {
  addEventListener(sign, () => (movedAt = Date.now()), { passive: true });
}
addEventListener("pagehide", () => {
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]").value;
  if (address()) fetch(address(), { method: "DELETE", headers: { "X-CSRFToken": token }, keepalive: true });
});

if (address()) {
  tell();
  setInterval(tell, PERIOD);
}
