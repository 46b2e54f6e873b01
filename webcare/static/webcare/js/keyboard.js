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

// What a page itself gives a key to: a menu opens, a button is pressed.
function reach(key) {
  const part = document.querySelector(`[data-press="${CSS.escape(key)}"]`);
  if (!part) return false;
  if (part.localName === "input") part.select();
  else if (part.localName !== "details") part.click();
  else {
    part.open = true;
    part.closest(".menu, .fact").querySelector(":is(.menu__body, .change__body) :is(button, input, select, a)")?.focus();
  }
  return true;
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  c: () => press("[data-claim]", document.activeElement.closest("#rows > li") ?? document.querySelector("#bar") ?? new DocumentFragment()),
  r: () => write("reply"),
  n: () => write("note"),
  x: () => press("[data-pick]", document.activeElement.closest("#rows > li") ?? new DocumentFragment()),
  "?": () => document.getElementById("help").showModal(),
  "g i": () => location.assign("/"),
  "g a": () => location.assign("/approvals"),
  "g b": () => location.assign("/board"),
  "g l": () => location.assign("/listening"),
  "g r": () => location.assign("/reports/"),
  "g m": () => location.assign("/me"),
  "g n": () => location.assign("/next"),
};

// What finds and does anything is fetched when it is first asked for.
const find = async () => (await import("./commands.js")).open();
document.addEventListener("click", (event) => event.target.closest("[data-commands]") && find());

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    find();
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    press("[data-first]", event.target.closest("form") ?? new DocumentFragment());
    return;
  }
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (!isOn() || document.querySelector("dialog[open]")) return;
  const action = KEYS[`${leader}${event.key}`];
  leader = event.key === "g" && !leader ? "g " : "";
  if (action ? (action(), true) : reach(event.key)) event.preventDefault();
});

document.querySelectorAll("[data-shortcuts]").forEach((box) => {
  box.checked = isOn();
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("change", () => localStorage.setItem(KEY, box.checked ? "on" : "off"));
});
