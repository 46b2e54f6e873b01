// What one is told: counted beside one's name, said in the page or on the desktop, as
// one chose. What was said once is not said again in this browser.

import { ring } from "./alarms.js";
import { call } from "./api.js";
import { say } from "./say.js";

const PERIOD = 45000; // ms
const MOST = 20;
const KEY = "desk-told";
const place = document.querySelector("[data-told][data-how]");
const words = place.dataset;

let timer;

async function look() {
  clearTimeout(timer);
  timer = setTimeout(look, PERIOD);
  if (navigator.onLine) {
    try {
      await ring();
      const { results } = await call("GET", `${words.told}?unread=true&limit=${MOST}`);
      count(results.length);
      const fresh = notSaid(results);
      if (fresh.length) tell(fresh, await call("GET", words.how));
    } catch {
      // The next look says it.
    }
  }
}

function count(unread) {
  place.hidden = !unread;
  place.querySelector("[data-count]").textContent = unread < MOST ? unread : `${MOST}+`;
}

function notSaid(rows) {
  const last = localStorage.getItem(KEY);
  localStorage.setItem(KEY, rows.reduce((newest, row) => (row.at > newest ? row.at : newest), last ?? new Date(0).toISOString()));
  return rows.filter((row) => last && row.at > last);
}

function tell(fresh, how) {
  const kinds = JSON.parse(words.kinds);
  fresh.filter((row) => row.kind === "danger" || !isQuiet(how)).forEach((row) => {
    const text = `#${row.ticket.number}: ${kinds[row.kind] ?? row.kind}`;
    if (how.in_page) say(text, { tone: row.kind === "danger" ? "bad" : "accent" });
    if (how.desktop && window.Notification?.permission === "granted") show(text, row);
  });
}

function show(text, row) {
  const shown = new Notification(text, { body: row.ticket.excerpt, tag: row.id });
  shown.onclick = () => location.assign(`/tickets/${row.ticket.id}#now`);
}

// Past midnight where it ends before it begins.
function isQuiet({ quiet_from: from, quiet_until: until }) {
  if (!from) return false;
  const now = new Date().toTimeString().slice(0, 5);
  return from < until ? from <= now && now < until : now >= from || now < until;
}

// A browser asks its own question, once somebody wants this.
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-how-told]") && target.elements.desktop.value === "true") window.Notification?.requestPermission();
});

document.addEventListener("desk:heard", ({ detail }) => detail.name === "notifications" && look());
look();
