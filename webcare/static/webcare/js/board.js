// Keeps the board as it is now. The stream says that something changed; the page then
// asks for its parts, and changes what is different. While somebody points at a list or
// has the focus in it, nothing there changes its place.

const board = document.getElementById("board");
const OFTEN = 1500; // ms between two looks at most
const SELDOM = 20000; // ms: ages grow without news
let due;
let last = 0;

async function look() {
  clearTimeout(due);
  due = setTimeout(look, SELDOM);
  if (document.hidden) return;
  last = Date.now();
  try {
    const response = await fetch(board.dataset.liveUrl, { headers: { "X-Live": "1" }, signal: AbortSignal.timeout(10000) });
    if (response.status === 401) return location.assign(response.headers.get("HX-Redirect"));
    if (!response.ok) throw new Error(response.status);
    renew(new DOMParser().parseFromString(await response.text(), "text/html"));
    document.body.classList.remove("is-offline");
  } catch {
    document.body.classList.add("is-offline");
  }
}

function soon() {
  clearTimeout(due);
  due = setTimeout(look, Math.max(0, last + OFTEN - Date.now()));
}

function renew(fresh) {
  sizes(fresh);
  fresh.querySelectorAll("[data-part]").forEach((part) => {
    const shown = document.getElementById(part.id);
    if (!shown.isEqualNode(part)) shown.replaceWith(part);
  });
  fresh.querySelectorAll("[data-keyed]").forEach((list) => merge(document.getElementById(list.id), list));
}

function merge(shown, fresh) {
  if (!shown) return;
  const isHeld = shown.matches(":hover, :focus-within") || shown.querySelector(".is-dragged");
  const known = new Map([...shown.children].map((row) => [row.dataset.key, row]));
  const rows = [...fresh.children].map((row) => same(known.get(row.dataset.key), row));
  if (!isHeld) {
    if (rows.some((row, place) => shown.children[place] !== row) || rows.length !== shown.children.length) shown.replaceChildren(...rows);
    return;
  }
  const keys = new Set(rows.map((row) => row.dataset.key));
  [...shown.children].forEach((row) => row.classList.toggle("is-gone", !keys.has(row.dataset.key)));
  rows.filter((row) => row.parentElement !== shown).forEach((row) => shown.append(row));
}

// A row that is the same stays the same element; one with the focus keeps it.
function same(row, fresh) {
  if (!row) return fresh;
  row.classList.remove("is-gone");
  if (row.isEqualNode(fresh) || row.classList.contains("is-dragged")) return row;
  const focused = row.contains(document.activeElement) && [...row.querySelectorAll("a, button")].indexOf(document.activeElement);
  row.replaceChildren(...fresh.childNodes);
  for (const { name, value } of fresh.attributes) row.setAttribute(name, value);
  if (focused !== false && focused >= 0) row.querySelectorAll("a, button")[focused]?.focus({ preventScroll: true });
  return row;
}

// The parts of a bar are as wide as there are tickets in them.
function sizes(root) {
  const most = Math.max(1, ...[...root.querySelectorAll(".ages")].map((bar) => total(bar)));
  root.querySelectorAll(".ages").forEach((bar) => {
    bar.style.width = `${Math.max(12, (100 * total(bar)) / most)}%`;
    bar.querySelectorAll("[data-part-of]").forEach((part) => (part.style.flexGrow = part.dataset.partOf));
  });
}

const total = (bar) => [...bar.children].reduce((sum, part) => sum + Number(part.dataset.partOf), 0);

// What happened before the stream was open is looked at when it is.
function hear({ name, data }) {
  if (["open", "counters", "presence"].includes(name)) soon();
  if (name === "end" && data.reason === "signed_out") location.reload();
}

sizes(document);
due = setTimeout(look, SELDOM);
document.addEventListener("desk:look", look);
document.addEventListener("desk:heard", ({ detail }) => hear(detail));
document.addEventListener("visibilitychange", look);
addEventListener("online", look);
