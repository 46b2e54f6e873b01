// Alarms that ring for who is on call stand on every page until somebody is on it.

import { call } from "./api.js";
import { complain, say } from "./say.js";

const place = document.getElementById("alarms");

export async function ring() {
  if (!place) return;
  const { results } = await call("GET", place.dataset.alarms);
  // The page of a ticket has the same button in its own bar.
  const others = results.filter((one) => !location.pathname.endsWith(one.ticket));
  const known = new Set([...place.children].map((one) => one.dataset.key));
  [...place.children].filter((one) => !others.some(({ id }) => id === one.dataset.key)).forEach((one) => one.remove());
  place.append(...others.filter(({ id }) => !known.has(id)).map(drawn));
}

function drawn({ id, ticket, number }) {
  const line = document.createElement("div");
  line.className = "toast tone-bad";
  line.dataset.key = id;
  const link = document.createElement("a");
  link.href = `/tickets/${ticket}#now`;
  link.textContent = place.dataset.says.replace("{n}", number);
  const button = document.createElement("button");
  button.className = "button button--small";
  button.textContent = place.dataset.on;
  button.onclick = () => hear(line, button);
  line.append(link, button);
  return line;
}

async function hear(line, button) {
  button.disabled = true;
  try {
    await call("POST", place.dataset.heard.replace(/[0-9a-f-]{36}/, line.dataset.key));
    line.remove();
    say(place.dataset.done);
    document.dispatchEvent(new Event("desk:look"));
  } catch (error) {
    button.disabled = false;
    complain(error);
  }
}
