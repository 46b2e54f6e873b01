// Days a calendar may be closed on: suggested for a country, or from a file.

import { call } from "../api.js";
import { complain, say } from "../say.js";
import { addRow, read } from "./kinds.js";
import { writeHours } from "./week.js";

const part = document.querySelector("[data-holidays]");
const WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const language = document.documentElement.lang;
const days = new Intl.DateTimeFormat(language, { dateStyle: "full", timeZone: "UTC" });

function offer(rows) {
  const place = part.querySelector("[data-suggested]");
  place.replaceChildren(...rows.map(pick));
  if (!rows.length) place.textContent = part.dataset.none;
  const button = part.querySelector("[data-take]");
  button.hidden = !rows.length;
  return button;
}

function pick({ date, name, hours, isUsual }) {
  const label = document.createElement("label");
  label.className = "check";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: isUsual });
  box.dataset.holiday = JSON.stringify({ date, name, hours });
  label.append(box, ` ${days.format(new Date(date))} · ${name}${hours?.length ? ` · ${writeHours(hours)}` : ""}`);
  return label;
}

// A day that ends early keeps its hours until then; one that is closed anyway is none.
function day({ date, names, suggested, closes_at: closes }, week) {
  const row = { date, name: names[language] ?? names.en, hours: [], isUsual: suggested };
  if (!closes) return row;
  const usual = week[WEEK[new Date(date).getUTCDay()]] ?? [];
  const hours = usual.filter((one) => one.from < closes).map((one) => ({ ...one, until: one.until < closes && one.until > one.from ? one.until : closes }));
  return usual.some((one) => one.until > closes || one.until <= one.from) ? { ...row, hours } : null;
}

async function suggest() {
  const found = await call("GET", `${part.dataset.holidays}?country=${part.querySelector("[data-country]").value}`);
  const holidays = document.querySelector('[data-path="holidays"]');
  const calendar = read(holidays.closest("[data-root]"));
  const known = new Set((calendar.holidays ?? []).map((one) => one.date));
  const rows = found.filter((one) => !known.has(one.date)).map((one) => day(one, calendar.week ?? {})).filter(Boolean);
  offer(rows).onclick = () => take(holidays);
}

function take(holidays) {
  part.querySelectorAll("[data-suggested] input:checked").forEach((box) => addRow(holidays, JSON.parse(box.dataset.holiday)));
  offer([]).hidden = true;
  part.querySelector("[data-suggested]").textContent = "";
  say(part.dataset.done);
}

// What a file adds is shown first, and added when somebody says so.
async function bring(file) {
  const ical = await file.text();
  const found = await call("POST", `${part.dataset.import}?dry_run=true`, { ical });
  const extras = found.extras.map((one) => ({ date: one.from.slice(0, 10), name: one.reason }));
  const button = offer([...found.holidays, ...extras].map((one) => ({ ...one, isUsual: true })));
  refused(found.refused);
  button.onclick = async () => {
    try {
      await call("POST", part.dataset.import, { ical });
      location.reload();
    } catch (error) {
      complain(error);
    }
  };
}

function refused(events) {
  const place = part.querySelector("[data-suggested]");
  events.forEach((one) => {
    const line = document.createElement("p");
    line.className = "quiet small";
    line.textContent = `${part.dataset.refused}: ${one.summary || one.line} — ${one.reason}`;
    place.append(line);
  });
}

part?.querySelector("[data-suggest]").addEventListener("click", () => suggest().catch(complain));
part?.querySelector("[data-ical]").addEventListener("change", ({ target }) => target.files[0] && bring(target.files[0]).catch(complain));
