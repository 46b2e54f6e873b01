// An export of another tool: brought, looked at, read, and its first picture.

import { call } from "../api.js";
import { complain } from "../say.js";
import { span } from "./shown.js";

const page = document.querySelector("[data-import]");
const language = document.documentElement.lang;
// Times as they are where the desk is: as they stand in the file.
const times = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: page?.dataset.zone });
const counts = new Intl.NumberFormat(language);
const words = (text, ...values) => values.reduce((said, value, at) => said.replace(`{${at + 1}}`, value), text);
const number = (value) => counts.format(value);

// A file is no JSON; that it is brought twice does no harm.
async function bring(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector("#act [name=csrfmiddlewaretoken]").value };
    const response = await fetch(form.dataset.bring, { method: "POST", headers, body: new FormData(form) });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(Object.values(answer.errors ?? {}).flat().join(" ") || answer.detail), { status: response.status });
    location.assign(form.dataset.leaves.replace("{id}", answer.id));
  } catch (error) {
    complain(error);
    button.disabled = false;
  }
}

document.querySelector("form[data-bring]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  bring(event.target);
});

function part(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function show(job) {
  page.querySelectorAll("[data-stage]").forEach((one) => (one.hidden = !one.dataset.stage.split(" ").includes(job.state)));
  if (job.preview) look(job);
  else follow(job);
}

function look(job) {
  page.querySelectorAll("[data-target]").forEach((select) => {
    const known = job.columns[select.dataset.target];
    select.replaceChildren(new Option(page.dataset.none, ""), ...job.preview.heading.map((name, at) => new Option(name || at + 1, at)));
    select.value = known ?? "";
  });
  page.querySelectorAll("[data-written]").forEach((select) => (select.value = job[select.dataset.written]));
  page.querySelector("[data-unsure-dates]").hidden = job.preview.dates_are_sure;
  page.querySelector("[data-preview]").replaceChildren(...job.preview.rows.flatMap(rows));
  trouble(missing());
}

// What has to be said before any row can be read, in one sentence instead of each row's.
function missing() {
  const open = [...page.querySelectorAll("[data-needed]")].filter((one) => one.value === "");
  const names = open.map((one) => one.dataset.needed).join(", ");
  return names && words(page.dataset.say, names);
}

function trouble(text) {
  const place = page.querySelector("[data-problem]");
  place.textContent = text;
  place.hidden = !text;
}

const rows = (row) => (row.problems.length ? [wrong(row)] : row.messages.map(message));

function message(one) {
  const who = one.outbound ? page.dataset.fromUs : one.author;
  return lineOf(part("td", times.format(new Date(one.posted_at))), part("td", who, "strong"), part("td", one.text));
}

function wrong(row) {
  const cells = row.cells.join(" · ").slice(0, 60);
  return lineOf(part("td", page.dataset.none), part("td", cells), part("td", missing() ? "" : row.problems.join(" "), "problem"));
}

// On a phone each cell says what it is.
function lineOf(...cells) {
  const line = part("tr");
  const heads = page.querySelector("[data-preview]").closest("table").querySelectorAll("th");
  cells.forEach((cell, at) => (cell.dataset.label = heads[at].textContent));
  line.append(...cells);
  return line;
}

const columns = () =>
  Object.fromEntries([...page.querySelectorAll("[data-target]")].filter((one) => one.value !== "").map((one) => [one.dataset.target, Number(one.value)]));

async function change(event) {
  const { target } = event;
  const body = target.dataset.target ? { columns: columns() } : target.dataset.written ? { [target.dataset.written]: target.value } : null;
  if (!body) return;
  try {
    look(await call("PATCH", page.dataset.import, body));
  } catch (error) {
    complain(error);
  }
}

async function start(event) {
  event.preventDefault();
  try {
    const channel = page.querySelector("[data-channel]").value || null;
    show(await call("POST", `${page.dataset.import}/start`, { channel }));
  } catch (error) {
    trouble(error.message);
  }
}

function follow(job) {
  const bar = page.querySelector("[data-bar]");
  bar.value = job.read / job.rows;
  const said = page.querySelector("[data-said]");
  if (job.state === "running") {
    said.textContent = words(page.dataset.progress, number(job.read), number(job.rows));
    setTimeout(() => call("GET", page.dataset.import).then(show).catch(complain), 1000);
    return;
  }
  bar.hidden = true;
  said.textContent = words(page.dataset.done, number(job.added), number(job.known), number(job.bad));
  page.querySelector("[data-bad]").hidden = !job.bad;
  if (job.bad) problems();
  picture(job.added > 0);
}

async function problems() {
  const { results } = await call("GET", `${page.dataset.import}/problems?limit=20`);
  page.querySelector("[data-problems]").replaceChildren(
    ...results.map((one) => part("li", `${words(page.dataset.row, number(one.number))}: ${one.why.join(" ")}`)),
  );
}

// What was kept becomes messages a moment later: the picture is drawn until it is whole,
// which it is once it has been the same for so many looks.
const SETTLED = 3;

async function picture(isAwaited, before = -1, same = 0) {
  try {
    const drawn = await call("GET", `${page.dataset.import}/picture`);
    const { questions } = drawn.waits;
    const looks = questions && questions === before ? same + 1 : 0;
    const isComing = isAwaited && looks < SETTLED;
    page.querySelector("[data-picture]").hidden = !questions;
    page.querySelector("[data-coming]").hidden = !isComing;
    draw(drawn);
    if (isComing) setTimeout(() => picture(true, questions, looks), 2000);
  } catch (error) {
    complain(error);
  }
}

function draw({ waits, themes, busy_hours: hours, unanswered }) {
  const said = [words(page.dataset.answered, number(waits.answered), number(waits.questions))];
  if (waits.median_seconds !== null) said.push(words(page.dataset.waited, about(waits.median_seconds), about(waits.p90_seconds)));
  page.querySelector("[data-waits]").textContent = said.join(" ");
  const names = new Map(page.querySelector("[data-themes]").dataset.names.trim().split("\n").map((one) => one.split("=")));
  const most = Math.max(1, ...themes.map((one) => one.messages));
  page.querySelector("[data-themes]").replaceChildren(...themes.slice(0, 8).map((one) => theme(one, most, names)));
  heat(page.querySelector("[data-heat]"), hours);
  page.querySelector("[data-unanswered]").replaceChildren(
    ...unanswered.map((one) => part("li", `${times.format(new Date(one.posted_at))} · ${one.author || page.dataset.none}: ${one.text}`)),
  );
}

// People say "2 hours", not 7,211 seconds.
function about(seconds) {
  const unit = [86400, 3600, 60].find((one) => seconds >= one) ?? 60;
  return span(Math.max(1, Math.round(seconds / unit)) * unit);
}

function theme({ topic, messages }, most, names) {
  const line = part("li");
  const bar = Object.assign(document.createElement("meter"), { min: 0, max: most, value: messages });
  line.append(part("span", topic ? (names.get(topic) ?? topic) : page.dataset.unsure), bar, part("span", number(messages), "quiet"));
  return line;
}

function heat(picture, hours) {
  const svg = (name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const most = Math.max(1, ...hours.flat());
  const cells = hours.flatMap((day, at) =>
    day.map((count, hour) => {
      const cell = svg("rect", { x: 34 + hour * 30, y: at * 24 + 2, width: 28, height: 20, rx: 3, class: "heat__cell", "fill-opacity": count ? 0.15 + (0.85 * count) / most : 0.04 });
      cell.append(svg("title", {}, `${page.dataset.hours.split(" ")[at]} ${hour}:00 · ${number(count)}`));
      return cell;
    }),
  );
  const days = page.dataset.hours.split(" ").map((name, at) => svg("text", { x: 0, y: at * 24 + 17, class: "week-picture__word" }, name));
  const marks = [0, 6, 12, 18].map((hour) => svg("text", { x: 34 + hour * 30, y: 186, class: "week-picture__word" }, `${hour}:00`));
  picture.replaceChildren(...days, ...cells, ...marks);
}

if (page) {
  page.addEventListener("change", change);
  page.querySelector("form").addEventListener("submit", start);
  call("GET", page.dataset.import).then(show).catch(complain);
}
