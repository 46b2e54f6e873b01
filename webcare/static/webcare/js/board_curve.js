// What comes in and goes out per hour today, beside a usual day of this weekday.

import { call } from "./api.js";
import { draw } from "./charts.js";
import { said } from "./figures.js";

const host = document.getElementById("curve");
const calls = JSON.parse(document.getElementById("curve-calls").textContent);
const HOURS = [...Array(24).keys()].map((n) => String(n).padStart(2, "0"));
const say = (value) => said(value, "count", {});

async function show() {
  try {
    const [today, usual] = await Promise.all([call("GET", calls.today), call("GET", calls.usual)]);
    render(today.results, usual.results);
  } catch {
    host.closest("section").hidden = true;
  }
}

// Of hours that have not come yet nothing is known.
function perHour(lines, name, until = "23") {
  const known = new Map(lines.map((line) => [line.key, line[name]]));
  return HOURS.map((hour) => (hour > until ? null : (known.get(hour) ?? 0)));
}

function render(today, usual) {
  const { in: came, out, usual: like, chart } = host.dataset;
  const lines = [
    { label: came, values: perHour(today, "messages_in", calls.hour), say, tone: 0 },
    { label: out, values: perHour(today, "messages_out", calls.hour), say, tone: 1 },
    ...(usual.length ? [{ label: like, values: perHour(usual, "messages_in"), say, tone: 0, isBefore: true }] : []),
  ];
  const name = chart.replace("{names}", lines.map((one) => one.label).join(", "));
  draw(host, { xs: HOURS.map((_, n) => n), labels: HOURS.map((hour) => `${hour}:00`), lines, say, name, height: 220 });
  document.getElementById("curve-table").replaceChildren(table(lines));
}

function table(lines) {
  const made = document.createElement("table");
  made.className = "table";
  cells(made.createTHead().insertRow(), [document.getElementById("curve-table").dataset.hour, ...lines.map((one) => one.label)], "col");
  const body = made.createTBody();
  HOURS.forEach((hour, n) => cells(body.insertRow(), [`${hour}:00`, ...lines.map((one) => say(one.values[n]))], "row"));
  return made;
}

function cells(row, texts, scope) {
  texts.forEach((text, place) => {
    const cell = document.createElement(scope === "col" || !place ? "th" : "td");
    if (cell.localName === "th") cell.scope = scope;
    if (place) cell.className = "table__number";
    cell.textContent = text;
    row.append(cell);
  });
}

show();
