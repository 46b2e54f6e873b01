// Texts that are often written: chosen from a list, put where one is writing.

import { call } from "./api.js";
import { complain, say } from "./say.js";

document.addEventListener(
  "toggle",
  async ({ target }) => {
    if (!target.open || !target.matches("details[data-macros]")) return;
    const list = target.querySelector("[data-list]");
    target.querySelector("[data-find]").focus();
    try {
      const found = await all(target.dataset.macros);
      list.replaceChildren(...found.map((macro) => choice(macro, target)));
      if (!found.length) list.textContent = list.dataset.none;
    } catch (error) {
      complain(error);
    }
  },
  true,
);

async function all(address) {
  const found = [];
  for (let next = `${address}?limit=200`; next; ) {
    const page = await call("GET", next);
    found.push(...page.results);
    next = page.next;
  }
  return found;
}

function choice(macro, menu) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--bare";
  button.textContent = macro.name;
  button.onclick = () => use(macro, menu);
  return button;
}

export async function use(macro, menu) {
  menu.open = false;
  try {
    const shown = await call("POST", menu.dataset.use, { macro: macro.id });
    put(shown.text, menu.closest("form").elements.text);
    offer(macro, shown, menu);
  } catch (error) {
    complain(error);
  }
}

// Where the caret stands; what is written stays.
function put(text, area) {
  area.focus();
  if (text) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

const named = (value) => value?.name ?? (Array.isArray(value) ? value.join(", ") : String(value));
const isSome = (value) => value && (typeof value !== "object" || Object.keys(value).length > 0);

function offer(macro, shown, menu) {
  const banner = menu.closest("form").querySelector("[data-effects]");
  const labels = JSON.parse(banner.dataset.labels);
  const changes = Object.entries(shown.changes).filter(([name, value]) => name in labels && isSome(value));
  if (shown.missing.length) say(`${banner.dataset.missing} ${shown.missing.join(", ")}`, { tone: "warn" });
  banner.hidden = !changes.length;
  if (!changes.length) return;
  const words = changes.map(([name, value]) => `${labels[name]}: ${name === "answers" ? Object.keys(value).join(", ") : named(value)}`);
  banner.querySelector("span").textContent = `${banner.dataset.says} ${words.join("; ")}.`;
  banner.querySelector("[data-apply]").onclick = ({ currentTarget }) => apply(macro, menu, banner, currentTarget.dataset.done);
}

async function apply(macro, menu, banner, done) {
  banner.hidden = true;
  try {
    await call("POST", menu.dataset.use, { macro: macro.id, apply: true });
    say(done);
    document.dispatchEvent(new Event("desk:look"));
  } catch (error) {
    complain(error);
  }
}
