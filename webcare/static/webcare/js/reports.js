// A report: asks the API for its lines, now and before, and shows them as figures, chart
// and table. What they are called and how they are said stands in the page.

import { call } from "./api.js";
import { bars, draw } from "./charts.js";
import { at, day, kindOf, length, moment, of, said } from "./figures.js";
import { figure, table } from "./report_table.js";

const host = document.getElementById("report");
const words = host.dataset;
const asked = JSON.parse(document.getElementById("figures").textContent);
const place = (name) => host.querySelector(`[data-${name}]`);
const column = (path) => asked.columns.find((one) => one.path === path);
const say = (value, kind) => said(value, kind, words);

async function show() {
  try {
    const names = Object.keys(asked.calls);
    const answers = await Promise.all(names.map((name) => call("GET", asked.calls[name])));
    render(Object.fromEntries(names.map((name, n) => [name, answers[n]])));
  } catch (error) {
    fail(error);
  }
  host.setAttribute("aria-busy", "false");
}

// Where exactly those are listed that a figure counts, if a list can say it.
function behind(line, path) {
  if (path === "waiting" && line?.waiting_tickets) return onDesk(line.waiting_tickets);
  const figure = column(path)?.figure ?? path;
  if (line?.counted && figure) return counted(line, figure);
  if (!line || !asked.live_list || asked.by === "day" || Date.now() - new Date(asked.end) > RECENT) return "";
  const address = line.address ?? liveList();
  if (path === "tickets") return address;
  const part = path.startsWith("ages.") && line.ages.find((one) => one.above_days === Number(path.slice(5)));
  if (!part) return "";
  const ago = (days) => encodeURIComponent(new Date(new Date(asked.end) - days * DAY).toISOString());
  const older = part.above_days ? `&opened_before=${ago(part.above_days)}` : "";
  return `${address}${older}${part.up_to_days ? `&opened_after=${ago(part.up_to_days)}` : ""}`;
}

// The tickets of the very cases that a figure counts, as they were known then.
function counted(line, figure) {
  const of = new URLSearchParams(line.counted);
  if (of.has("by")) of.set("key", line.key ?? "");
  if (line.promise) of.set("promise", line.promise);
  of.set("figure", figure);
  return `/?counted=${encodeURIComponent(of)}`;
}

const DAY = 86_400_000; // ms
const RECENT = 600_000; // a list has what lives now, not what lived at another moment
const onDesk = (address) => address.replace(/^[^?]*/, "/");
const linesOf = (answer) => (Array.isArray(answer) ? answer : (answer?.results ?? []).map((line) => ({ ...line, counted: answer.counted })));

function render(found) {
  const lines = linesOf(found.lines).map(named);
  const before = found.lines_before && linesOf(found.lines_before).map(named);
  tiles(whole(found.whole), found.whole_before && [whole(found.whole_before)].flat());
  pinned(found.lines.as_of);
  if (!lines.length) return empty();
  const older = match(lines, before);
  chart(lines, before);
  lengths(whole(found.whole));
  place("table-place").replaceChildren(table(lines, older, { asked, words, say, behind }));
}

// What a line is of, in words, with where its tickets are listed on the desk.
function named(line) {
  const key = at(line, asked.key);
  const parts = asked.split.map((name) => splitName(line, name) ?? line[name]);
  const name = [keyName(key), ...parts].filter((one) => one !== "").join(" · ");
  return { ...line, key, name, part: parts[0] ?? "", address: tickets(line, key) };
}

function splitName(line, name) {
  return asked.split_names[name]?.[line[name]];
}

function keyName(key) {
  if (key === null || key === undefined) return asked.by === "" ? "" : words.nobody;
  if (asked.key === "day" || asked.by === "day") return day(key);
  if (asked.by === "hour") return `${key}:00`;
  return asked.names[key] ?? key;
}

function tickets(line, key) {
  if (line.tickets && typeof line.tickets === "string") return onDesk(line.tickets);
  if (!asked.live_list || asked.by === "day") return "";
  return `${liveList()}&${asked.by}=${encodeURIComponent(key ?? "none")}`;
}

// What lives now, of what the page is narrowed to.
function liveList() {
  const given = new URL(asked.calls.lines, location.href).searchParams;
  const narrow = ["queue", "topic", "channel"].filter((name) => given.get(name));
  return ["/?status=live", ...narrow.map((name) => `${name}=${encodeURIComponent(given.get(name))}`)].join("&");
}

// Some reports have no line of all: counts add up, of lengths the longest stands.
function whole(answer) {
  const lines = linesOf(answer);
  if (lines.length < 2 || asked.split.length) return asked.split.length ? lines : lines[0];
  const all = { ages: lines[0].ages.map((one, n) => ({ ...one, tickets: sum(lines, (line) => line.ages[n].tickets) })) };
  return { ...all, tickets: sum(lines, (line) => line.tickets), oldest_seconds: Math.max(...lines.map((line) => line.oldest_seconds ?? 0)) };
}

const sum = (lines, pick) => lines.reduce((total, line) => total + pick(line), 0);

function tiles(now, before) {
  const parts = asked.split.length ? [now ?? []].flat() : [now];
  const made = parts.flatMap((line, n) => asked.told.map((path) => tile(line, before && [before[n]], column(path))));
  place("tiles").replaceChildren(...made);
}

function tile(line, before, { path, label, kind, better }) {
  const made = element("div", "tile");
  const part = asked.split.length ? `${splitName(line, asked.split[0]) ?? ""}: ` : "";
  const now = of(line, { path, kind });
  const value = element("div", "tile__value");
  value.append(figure(say(now, kindOf(line, kind, asked.columns)), now ? behind(line, path) : "", words));
  made.append(element("div", "label", part + label), value);
  if (before) made.append(change(now, of(before[0], { path, kind }), kind, better));
  return made;
}

// By how much, in a word and a tone: up is not always better.
function change(now, then, kind, better) {
  const line = element("div", "small quiet tile__before", words.before.replace("{value}", say(then, kind)));
  if (!now || !then || now === then) return line;
  const part = Math.round(100 * Math.abs(now / then - 1));
  if (!part) return line;
  const isMore = now > then;
  const tone = better ? (isMore === (better === "more") ? "good" : "bad") : "quiet";
  const word = element("span", `told tone-${tone}`, `${isMore ? "▲" : "▼"} ${(isMore ? words.more : words.less).replace("{n}", `${part} %`)}`);
  line.prepend(word, " · ");
  return line;
}

// Days before stand beside days now by their place, all else by its key.
function match(lines, before) {
  if (!before) return null;
  if (isTime()) {
    const [mine, theirs] = [keysOf(lines), keysOf(before)];
    const places = new Map(mine.map((key, n) => [key, theirs[n]]));
    return new Map(lines.map((line) => [line, before.find((one) => one.key === places.get(line.key) && one.part === line.part)]));
  }
  return new Map(lines.map((line) => [line, before.find((one) => one.name === line.name)]));
}

const isTime = () => asked.key === "day" || ["day", "week"].includes(asked.by);
const keysOf = (lines) => [...new Set(lines.map((line) => line.key))].filter((key) => key !== null).sort();

// Days without a line had nothing: counts are none, shares and lengths are of nothing.
function steps(lines) {
  if (asked.by === "hour") return [...Array(24).keys()].map((n) => String(n).padStart(2, "0"));
  if (asked.key !== "day" && asked.by !== "day") return keysOf(lines);
  const days = [];
  const end = new Date(asked.end);
  for (const one = new Date(`${asked.start}T12:00Z`); one.getTime() - 43200000 < end && days.length < 4000; one.setUTCDate(one.getUTCDate() + 1)) days.push(one.toISOString().slice(0, 10));
  return days;
}

function chart(lines, before) {
  const target = place("chart-place");
  target.classList.remove("chart--waiting");
  if (!isTime() && asked.by !== "hour") return asked.by === "" && asked.key === "key" ? target.remove() : categories(target, lines);
  const keys = steps(lines);
  // One point makes no line: the figures and the table say it.
  if (keys.length < 2) return target.remove();
  const parts = [...new Set(lines.map((line) => line.part))];
  const many = asked.drawn.flatMap((path) => parts.map((part) => ({ ...column(path), part })));
  const made = many.map((one, tone) => ({ ...one, tone: tone % 5, values: valuesOf(lines, keys, one) }));
  const older = before ? made.map((one) => ({ ...one, isBefore: true, values: earlier(before, keys, one) })) : [];
  const { kind } = made[0];
  draw(target, {
    xs: keys.map((_, n) => n),
    labels: keys.map(keyName),
    lines: [...made, ...older].map((one) => ({ ...one, label: labelOf(one), say: (value) => (value === undefined ? "–" : say(value, one.kind)) })),
    say: (value) => say(value, kind),
    top: kind === "share" ? 1 : undefined,
    isColumns: asked.by === "hour" && kind === "count" && made.length === 1,
    name: words.chart.replace("{names}", made.map(labelOf).join(", ")),
  });
}

const labelOf = (one) => [one.part, one.part && asked.drawn.length < 2 ? "" : one.label].filter(Boolean).join(": ") + (one.isBefore ? `, ${words.earlier}` : "");

// Several lines of one key and part, as reasons of a verdict, are counted together.
function valuesOf(lines, keys, { path, kind, part }) {
  const known = new Map();
  lines.filter((line) => line.part === part).forEach((line) => known.set(line.key, (known.get(line.key) ?? []).concat(at(line, path))));
  return keys.map((key) => {
    const found = known.get(key);
    if (!found) return kind === "count" ? 0 : null;
    return found.length > 1 ? found.reduce((one, other) => one + other, 0) : (found[0] ?? null);
  });
}

function earlier(before, keys, one) {
  if (asked.by === "hour") return valuesOf(before, keys, one);
  const known = keysOf(before);
  return valuesOf(before, known, one).concat(Array(keys.length).fill(null)).slice(0, keys.length);
}

function categories(target, lines) {
  const { path, kind } = column(asked.drawn[0]);
  const most = kind === "share" ? 1 : undefined;
  const parts = lines.map((line) => ({ label: line.name, value: at(line, path), said: say(at(line, path), kind), address: line.address }));
  parts.sort((one, other) => (other.value ?? -1) - (one.value ?? -1));
  target.classList.add("chart--bars");
  bars(target, parts.slice(0, 40), most && { most });
  target.prepend(element("h2", "label", column(asked.drawn[0]).label));
}

function lengths(line) {
  if (!line?.buckets?.length) return;
  const parts = line.buckets.map(({ above, up_to: to, count }) => ({
    label: to ? words.upto.replace("{time}", length(to, words)) : `${words.above}`,
    value: count,
    said: say(count, "count"),
    address: count ? behind(line, `buckets.${above}`) : "",
  }));
  const target = place("lengths-place");
  target.className = "chart chart--bars";
  bars(target, parts);
  target.prepend(element("h2", "label", words.lengths));
}

// A file says the same as the page: it is asked as of the same moment.
function pinned(asOf) {
  if (!asOf) return;
  place("as-of-place").textContent = words.asOf.replace("{moment}", moment(asOf));
  if (!asked.pins) return;
  document.querySelectorAll("[data-export]").forEach((link) => {
    link.href += `&as_of=${encodeURIComponent(asOf)}`;
  });
}

function empty() {
  place("chart-place").remove();
  place("table-place").replaceChildren(element("p", "quiet", words.none));
}

function fail(error) {
  const again = element("button", "button", words.again);
  again.onclick = () => location.reload();
  const line = element("p", "banner tone-bad", error.status ? error.message : words.failed);
  host.replaceChildren(line, again);
}

function element(name, classes, text) {
  const made = document.createElement(name);
  made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

show();
