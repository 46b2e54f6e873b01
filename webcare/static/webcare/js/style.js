// An invented year for the style page: as many points as a chart has to bear.

import { bars, draw } from "./charts.js";

const HOURS = 8760;
const HOUR = 3600;
const year = document.getElementById("style-year");
const start = Date.UTC(new Date().getUTCFullYear() - 1, 0, 1) / 1000;
const xs = [...Array(HOURS).keys()].map((n) => start + n * HOUR);

// Days and weeks have their rhythm; the rest is a sum that always falls out the same.
function busy(n) {
  const day = Math.max(0, Math.sin(((n % 24) - 6) / 24 * 2 * Math.PI));
  const week = Math.floor(n / 24) % 7 < 5 ? 1 : 0.45;
  return Math.round((8 + 60 * day * week) * (1 + 0.35 * Math.sin(n * 12.9898) * Math.cos(n * 4.1414)));
}

const number = new Intl.NumberFormat(document.documentElement.lang);
const moment = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
draw(year, {
  xs,
  lines: [{ label: year.dataset.name, values: xs.map((_, n) => busy(n)), say: (value) => (value == null ? "–" : number.format(value)) }],
  say: (value) => number.format(value),
  moment: (value) => moment.format(new Date(value * 1000)),
  name: year.dataset.chart,
});
bars(document.getElementById("style-bars"), [
  { label: "Service", value: 12, said: "12" },
  { label: "Retour", value: 3, said: "3" },
]);
