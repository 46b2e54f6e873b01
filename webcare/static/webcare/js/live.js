// Keeps a list as the server has it, without moving what somebody is looking at.
// Asks every few seconds while the page is seen; 204 means that nothing changed.

const PERIOD = 2500;
const SLOWEST = 30000;
const MARKS = ["is-new", "is-gone"];

let wait = PERIOD;
let timer;

async function look() {
  clearTimeout(timer);
  const live = document.querySelector("[data-live]");
  if (live && !document.hidden) {
    try {
      await ask(live);
      wait = PERIOD;
      document.body.classList.remove("is-offline");
    } catch {
      wait = Math.min(wait * 2, SLOWEST);
      document.body.classList.add("is-offline");
    }
  }
  timer = setTimeout(look, wait);
}

async function ask(live) {
  const url = new URL(live.dataset.url, location.href);
  url.searchParams.set("shown", live.dataset.tag);
  const signal = AbortSignal.timeout(10000);
  const response = await fetch(url, { headers: { "X-Live": "1" }, signal });
  if (response.status === 401) location.assign(response.headers.get("HX-Redirect"));
  if (response.status === 204 || response.status === 401) return;
  if (!response.ok) throw new Error(response.status);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  // Somebody acted meanwhile and the page is newer than this answer.
  if (!live.isConnected) return;
  fresh.querySelectorAll("[data-part]").forEach(replacePart);
  merge(live, fresh.getElementById(live.id));
}

function replacePart(part) {
  const shown = document.getElementById(part.id);
  if (!shown || shown.isEqualNode(part)) return;
  if (shown.contains(document.activeElement) || shown.querySelector("[open]")) return;
  shown.replaceWith(part);
  window.htmx?.process(part);
}

function merge(live, fresh) {
  const known = new Map([...live.children].map((row) => [row.dataset.key, row]));
  const rows = [...fresh.children];
  const unseen = rows.filter((row) => !known.has(row.dataset.key));
  rows.filter((row) => known.has(row.dataset.key)).forEach((row) => {
    renew(known.get(row.dataset.key), row.cloneNode(true));
  });
  const isTime = live.dataset.live === "time";
  leave(live, rows, isTime);
  if (isTime) unseen.forEach((row) => insert(live, rows, row));
  else announce(live, rows, append(live, rows, unseen), fresh);
  live.dataset.tag = fresh.dataset.tag;
  if (fresh.dataset.seen !== live.dataset.seen) {
    live.dataset.seen = fresh.dataset.seen;
    document.dispatchEvent(new CustomEvent("desk:seen", { detail: fresh.dataset.seen }));
  }
}

function renew(shown, row) {
  const plain = shown.cloneNode(true);
  plain.classList.remove(...MARKS);
  plain.querySelectorAll("[open]").forEach((part) => part.removeAttribute("open"));
  if (plain.isEqualNode(row)) return shown.classList.remove("is-gone");
  if (shown.querySelector("[open]")) return;
  const focused = shown.contains(document.activeElement);
  shown.replaceWith(row);
  window.htmx?.process(row);
  if (focused) row.querySelector("a")?.focus({ preventScroll: true });
}

// What is not there any more is dimmed in a list, and leaves a timeline. Rows before
// the first or behind the last of this page were not asked about.
function leave(live, rows, isTime) {
  const keys = new Set(rows.map((row) => row.dataset.key));
  const shown = [...live.children];
  const first = shown.findIndex((row) => keys.has(row.dataset.key));
  const last = shown.findLastIndex((row) => keys.has(row.dataset.key));
  shown.forEach((row, place) => {
    if (keys.has(row.dataset.key)) return;
    if (isTime && place > first) row.remove();
    if (!isTime && (place < last || rows.length < 50)) row.classList.add("is-gone");
  });
}

function insert(live, rows, row) {
  const atEnd = innerHeight + scrollY > document.body.scrollHeight - 80;
  const before = rows[rows.indexOf(row) - 1]?.dataset.key;
  const place = [...live.children].find((one) => one.dataset.key === before);
  row.classList.add("is-new");
  const copy = row.cloneNode(true);
  place ? place.after(copy) : live.append(copy);
  window.htmx?.process(copy);
  if (atEnd) scrollTo({ top: document.body.scrollHeight });
}

// What belongs behind everything shown is simply there; the rest waits for a click.
function append(live, rows, unseen) {
  const last = rows.findLastIndex((row) => !unseen.includes(row));
  const atEnd = unseen.filter((row) => rows.indexOf(row) > last);
  atEnd.forEach((row) => {
    const copy = row.cloneNode(true);
    copy.classList.add("is-new");
    live.append(copy);
    window.htmx?.process(copy);
  });
  return unseen.filter((row) => !atEnd.includes(row));
}

function announce(live, rows, waiting, fresh) {
  const news = document.querySelector("[data-news]");
  news.replaceChildren();
  if (!waiting.length) return;
  const isDanger = waiting.some((row) => "danger" in row.dataset);
  const button = document.createElement("button");
  button.className = `button button--main${isDanger ? " is-danger" : ""}`;
  const words = waiting.length === 1 ? news.dataset.one : news.dataset.many;
  button.textContent = isDanger ? news.dataset.danger : words.replace("{n}", waiting.length);
  button.onclick = () => {
    live.replaceChildren(...fresh.children);
    window.htmx?.process(live);
    news.replaceChildren();
    scrollTo({ top: 0 });
  };
  news.append(button);
}

document.addEventListener("visibilitychange", look);
document.addEventListener("desk:look", look);
addEventListener("online", look);
timer = setTimeout(look, PERIOD);
