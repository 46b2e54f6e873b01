// Lines and columns over time, drawn by uPlot in the colours and letters of the page.
// Whoever sees none reads the table beside it: a chart is one picture with a name.

const TONES = ["accent", "private", "warn", "good", "bad"];
const DASHES = [[], [8, 4], [2, 3], [12, 3, 2, 3], [5, 5]];
const drawn = new Map();

// A custom property says `light-dark(…)`; what an element has is a colour.
function colour(host, name) {
  const probe = document.createElement("i");
  probe.hidden = true;
  probe.style.color = `var(--${name})`;
  host.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const see = (rgb, alpha) => rgb.replace("rgb(", "rgba(").replace(")", `, ${alpha / 100})`);

function series(host, one, place, isColumns) {
  const stroke = colour(host, TONES[one.tone ?? place % TONES.length]);
  const look = one.isBefore ? see(stroke, 55) : stroke;
  return {
    label: one.label,
    stroke: look,
    width: one.isBefore ? 1.5 : 2,
    dash: one.isBefore ? [3, 5] : DASHES[place % DASHES.length],
    fill: isColumns && !one.isBefore ? see(stroke, 22) : undefined,
    paths: isColumns && !one.isBefore ? window.uPlot.paths.bars({ size: [0.7, 60] }) : undefined,
    points: { show: one.values.length < 62 && !isColumns, size: 5 },
    spanGaps: false,
    value: (_, value, __, place) => (place === null ? "" : one.say(value)),
  };
}

function axes(host, { labels, over, say, sayX }) {
  const quiet = colour(host, "ink-quiet");
  const grid = { stroke: colour(host, "line"), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const look = { stroke: quiet, font, grid, ticks: { show: false } };
  const named = labels && {
    values: (_, at) => at.map((place) => (Number.isInteger(place) ? (labels[place] ?? "") : "")),
    space: 64,
  };
  const counted = sayX && { values: (_, at) => at.map(sayX), label: over, labelFont: font };
  return [{ ...look, ...named, ...counted, grid: { show: false } }, { ...look, size: 64, values: (_, at) => at.map(say) }];
}

function options(host, chart) {
  const { xs, lines, labels, isColumns, top, sayX } = chart;
  const sayPlace = labels ? (place) => labels[place] ?? "" : (sayX ?? chart.moment);
  return {
    width: host.clientWidth,
    height: chart.height ?? 260,
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: !labels && !sayX }, y: { range: (_, low, high) => [chart.low ?? 0, top ?? (high > 0 ? high * 1.1 : 1)] } },
    axes: axes(host, chart),
    series: [
      { label: chart.over ?? "", value: (_, value) => (value === null ? "" : sayPlace(value)) },
      ...lines.map((one, place) => series(host, one, place, isColumns)),
    ],
    // A year of hours has more points than pixels: uPlot draws what can be seen.
    pxAlign: xs.length < 1000 ? 1 : 0,
  };
}

/* Draws `lines` ({label, values, say, isBefore?, tone?}) over `xs` in `host`.
   `xs` are seconds since 1970, places in `labels`, or what `sayX` says; `low` is where the
   upright axis begins, if not at nothing. Drawn anew for another theme or width. */
export function draw(host, chart) {
  drawn.get(host)?.destroy();
  host.replaceChildren();
  const data = [chart.xs, ...chart.lines.map((one) => one.values)];
  const plot = new window.uPlot(options(host, chart), data, host);
  drawn.set(host, plot);
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", chart.name);
  host.chart = chart;
  watch.observe(host);
  return plot;
}

const watch = new ResizeObserver((entries) => {
  entries.forEach(({ target }) => {
    const plot = drawn.get(target);
    if (plot && plot.width !== target.clientWidth) plot.setSize({ width: target.clientWidth, height: plot.height });
  });
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((_, host) => draw(host, host.chart)));

/* Draws one bar for each of `parts` ({label, value, said, address?}): a list, not a picture. */
export function bars(host, parts, { most = Math.max(...parts.map((one) => one.value ?? 0), 0) } = {}) {
  const list = document.createElement("ol");
  list.className = "bars";
  parts.forEach((one) => {
    const row = document.createElement("li");
    const name = document.createElement(one.address ? "a" : "span");
    name.className = "bars__name one-line";
    name.textContent = one.label;
    if (one.address) name.href = one.address;
    const track = document.createElement("span");
    track.className = "bars__track";
    const bar = document.createElement("span");
    bar.className = "bars__bar";
    bar.hidden = !one.value;
    bar.style.width = `${most > 0 ? (100 * (one.value ?? 0)) / most : 0}%`;
    track.append(bar);
    const value = document.createElement("span");
    value.className = "bars__value";
    value.textContent = one.said;
    row.append(name, track, value);
    list.append(row);
  });
  host.replaceChildren(list);
}
