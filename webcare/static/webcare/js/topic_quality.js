// The charts of the page about topics: all of them shares, from what stands in the page.

import { draw } from "./charts.js";
import { said } from "./figures.js";

const say = (value) => (value === undefined || value === null ? "–" : said(value, "share", {}));

JSON.parse(document.getElementById("charts").textContent).forEach((chart) => {
  draw(document.querySelector(`[data-chart="${chart.at}"]`), {
    ...chart,
    xs: chart.xs ?? chart.labels.map((_, place) => place),
    lines: chart.lines.map((line) => ({ ...line, say })),
    say,
    sayX: chart.xs && say,
    top: chart.at === "drift" ? undefined : 1,
    height: 220,
  });
});
