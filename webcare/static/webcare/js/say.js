// Says in a corner what was done, with the way back, or what went wrong.

import { call } from "./api.js";

const words = () => document.getElementById("toasts").dataset;

export function say(text, { tone = "good", undo } = {}) {
  const toast = document.createElement("div");
  toast.className = `toast tone-${tone}`;
  toast.dataset.toast = "";
  const said = document.createElement("span");
  said.textContent = text;
  toast.append(said);
  if (undo) toast.append(way(undo));
  document.getElementById("toasts").append(toast);
}

function way({ address, body = {}, method = "POST" }) {
  const button = document.createElement("button");
  button.className = "button button--small";
  button.textContent = words().undo;
  button.onclick = async () => {
    button.disabled = true;
    try {
      await call(method, address, body);
      button.closest("[data-toast]").remove();
      document.dispatchEvent(new Event("desk:look"));
    } catch (error) {
      complain(error);
    }
  };
  return button;
}

export const complain = (error) =>
  say(error.status ? error.message : words().unreachable, { tone: "bad" });
