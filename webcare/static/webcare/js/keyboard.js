// Keys for everything one does often; they rest while somebody types, and can be
// turned off in the list that `?` opens.

const KEY = "desk-keys";
let leader = "";

const isOn = () => localStorage.getItem(KEY) !== "off";
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");
const press = (selector, from = document) => from.querySelector(selector)?.click();

function step(by) {
  const rows = [...document.querySelectorAll("#rows > li")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.querySelector("a").focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

function write(mode) {
  const choice = document.getElementById(`mode-${mode}`);
  if (!choice) return;
  choice.checked = true;
  document.getElementById(`${mode}-text`).focus();
}

function resolve() {
  const summary = document.querySelector("[data-resolve]");
  if (!summary) return;
  summary.parentElement.open = true;
  summary.parentElement.querySelector("button").focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  c: () => press("[data-claim]", document.activeElement.closest("#rows > li") ?? document.querySelector("#bar") ?? new DocumentFragment()),
  r: () => write("reply"),
  n: () => write("note"),
  e: resolve,
  "?": () => document.getElementById("help").showModal(),
  "g i": () => location.assign("/"),
  "g n": () => location.assign("/next"),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    press("[data-first]", event.target.closest("form") ?? new DocumentFragment());
    return;
  }
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (!isOn() || document.querySelector("dialog[open]")) return;
  const action = KEYS[`${leader}${event.key}`];
  leader = event.key === "g" && !leader ? "g " : "";
  if (!action) return;
  event.preventDefault();
  action();
});

document.querySelectorAll("[data-shortcuts]").forEach((box) => {
  box.checked = isOn();
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("change", () => localStorage.setItem(KEY, box.checked ? "on" : "off"));
});
