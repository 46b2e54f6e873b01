// Keeps a list as the server has it, without moving what somebody is looking at.
// Looks when the stream tells of something here while the page is seen, and every few
// seconds where there is no stream; 204 means that nothing changed.

const PERIOD = 2500; // without a stream
const SELDOM = 15000; // with one: times in words, and what a long write holds back
const SLOWEST = 30000;
const GAP = 300; // between two looks at least
const MOST = 8; // looks that can be saved up
const SILENT = 30000; // then the stream is another tab's that does not run
const MARKS = ["is-new", "is-gone"];
const COUNTED = ["status", "queue", "agent", "priority", "topic"]; // they move tickets and counts

let wait = PERIOD;
let timer;
let heardAt = -SILENT;
let lookedAt = Date.now();
// A look is earned every PERIOD: a burst is seen at once, and a busy desk is asked no
// more than without a stream.
let earned = MOST;
let isLooking = false;
let isDue = false;

async function look() {
  isDue = isLooking;
  if (isLooking) return;
  const live = document.querySelector("[data-live]");
  const isSeen = live && !document.hidden;
  if (isSeen) await tryTo(live);
  const isQuiet = wait === PERIOD && performance.now() - heardAt < SILENT;
  if (isDue) soon();
  else again(isQuiet ? SELDOM : wait);
}

async function tryTo(live) {
  isLooking = true;
  clearTimeout(timer);
  earned = Math.max(0, Math.min(MOST, earned + (Date.now() - lookedAt) / PERIOD) - 1);
  lookedAt = Date.now();
  try {
    await ask(live);
    wait = PERIOD;
    document.body.classList.remove("is-offline");
  } catch {
    wait = Math.min(wait * 2, SLOWEST);
    document.body.classList.add("is-offline");
  }
  isLooking = false;
}

function again(ms) {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(0, ms));
}

function soon() {
  if (isLooking) isDue = true;
  else again(lookedAt + Math.max(GAP, (1 - earned) * PERIOD) - Date.now());
}

function hear({ name, data }) {
  heardAt = name === "lost" ? -SILENT : performance.now();
  if (name === "lost") again(PERIOD);
  else if (name === "open" || concerns(name, data)) soon();
}

function concerns(name, data) {
  const live = document.querySelector("[data-live]");
  if (!live || !name.startsWith("ticket.")) return false;
  if (live.dataset.live === "time") return live.dataset.url.includes(data.ticket);
  return COUNTED.some((one) => one in (data.data ?? {})) || Boolean(live.querySelector(`[data-id="${data.ticket}"]`));
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
document.addEventListener("desk:heard", ({ detail }) => hear(detail));
addEventListener("online", look);
addEventListener("offline", look);
again(PERIOD);
