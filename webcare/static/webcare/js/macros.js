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
    const form = menu.closest("form");
    put(shown.text, form.elements.text);
    form.elements.macro.value = shown.text ? macro.id : "";
    if (shown.text) choose(form, shown.changes.then);
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

// The status waits for the answer: the button that gives it is the one at hand.
function choose(form, then) {
  const buttons = [...form.querySelectorAll("button[name=then]")];
  const chosen = buttons.find((one) => one.value === (then ?? "pending"));
  buttons.forEach((one) => {
    one.classList.toggle("button--main", one === chosen);
    one.toggleAttribute("data-first", one === chosen);
    if (one.value === "open") one.hidden = one !== chosen;
  });
}

function offer(macro, shown, menu) {
  const banner = menu.closest("form").querySelector("[data-effects]");
  const labels = JSON.parse(banner.dataset.labels);
  const changes = Object.entries(shown.changes).filter(([name, value]) => name in labels && isSome(value) && !(name === "then" && shown.text));
  const sends = shown.text && shown.changes.then ? menu.closest("form").querySelector("button[data-first]").textContent.trim() : "";
  if (shown.missing.length) say(`${banner.dataset.missing} ${shown.missing.join(", ")}`, { tone: "warn" });
  banner.hidden = !changes.length && !sends;
  banner.querySelector("[data-apply]").hidden = !changes.length;
  const words = changes.map(([name, value]) => `${labels[name]}: ${name === "answers" ? Object.keys(value).join(", ") : named(value)}`);
  const said = [sends && `${banner.dataset.sends} ${sends}.`, changes.length && `${banner.dataset.says} ${words.join("; ")}.`];
  banner.querySelector("span").textContent = said.filter(Boolean).join(" ");
  banner.querySelector("[data-apply]").onclick = ({ currentTarget }) => apply(macro, menu, banner, currentTarget.dataset.done);
}

async function apply(macro, menu, banner, done) {
  banner.hidden = true;
  try {
    await call("POST", menu.dataset.use, { macro: macro.id, apply: true });
    menu.closest("form").elements.macro.value = ""; // counted by what it did
    say(done);
    document.dispatchEvent(new Event("desk:look"));
  } catch (error) {
    complain(error);
  }
}
