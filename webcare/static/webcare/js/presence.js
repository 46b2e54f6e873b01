// Says every few seconds that one looks at a ticket or writes, and at once when one
// begins to; shows who else does, as the stream tells it.

import { call } from "./api.js";

const PERIOD = 5000;
const TYPING = 6000; // ms since the last key
const IDLE = 120000;
let typedAt = 0;
let movedAt = Date.now();
let timer;
let told = 0; // how often the stream did

const me = document.querySelector("[data-me]").dataset.me;
const address = () => document.querySelector("[data-presence]")?.dataset.presence;

function doing() {
  const now = Date.now();
  if (now - typedAt < TYPING) return "typing";
  return now - movedAt < IDLE && !document.hidden ? "viewing" : "idle";
}

async function tell() {
  if (!address()) return;
  clearTimeout(timer);
  timer = setTimeout(tell, PERIOD);
  const before = told;
  try {
    const others = await call("POST", address(), { doing: doing() });
    // What the stream told meanwhile is newer.
    if (told === before) show(others);
  } catch {
    show([]);
  }
}

function hear({ name, data }) {
  if (name !== "presence" || !address()?.includes(data.ticket)) return;
  told += 1;
  show(data.people.filter((one) => one.id !== me));
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
  if (!target.closest("[data-reply]")) return;
  const isNews = doing() !== "typing";
  typedAt = Date.now();
  if (isNews) tell();
});
for (const sign of ["pointermove", "keydown", "scroll"]) {
  addEventListener(sign, () => (movedAt = Date.now()), { passive: true });
}
addEventListener("pagehide", () => {
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]").value;
  if (address()) fetch(address(), { method: "DELETE", headers: { "X-CSRFToken": token }, keepalive: true });
});

document.addEventListener("desk:heard", ({ detail }) => hear(detail));
tell();
