// How figures are said: counts, shares and lengths of time, in the page's language.

const { lang: LANGUAGE, dataset } = document.documentElement;
const number = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: 1 });
const MOMENT = { dateStyle: "long", timeStyle: "medium", hourCycle: "h23" }; // as the pages say it
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/* Returns a length by its two largest units; `words` has day, hour, minute, second. */
export function length(seconds, words) {
  const say = (unit, n) => words[unit].replace("{n}", n);
  if (seconds < MINUTE) return say("second", Math.floor(seconds));
  if (seconds < HOUR) return say("minute", Math.floor(seconds / MINUTE));
  const [large, size, small, part] = seconds < DAY ? ["hour", HOUR, "minute", MINUTE] : ["day", DAY, "hour", HOUR];
  const rest = Math.floor((seconds % size) / part);
  return say(large, Math.floor(seconds / size)) + (rest ? ` ${say(small, rest)}` : "");
}

/* Returns a figure in words; null is a share of too few, or a length not reached yet by
   so many (`seconds`) or that there is none of (`span`). */
export function said(value, kind, words) {
  if (value === null || value === undefined) return { seconds: words.unreached, share: words.few }[kind] ?? "–";
  if (kind === "seconds" || kind === "span") return length(value, words);
  return kind === "share" ? share.format(value).replace(/\s?%/, "\u00a0%") : number.format(value);
}

/* Returns how a figure of a line is said: of no cases, there is no length to reach. */
export const kindOf = (line, kind, [first]) => (kind === "seconds" && !(line && at(line, first.path)) ? "span" : kind);

/* Returns what the API has at a path. In a list the step names a percentile or an edge. */
export function at(line, path) {
  return path.split(".").reduce((found, step) => {
    if (!Array.isArray(found)) return found?.[step];
    const one = found.find((each) => (each.percent ?? each.above_days) === Number(step));
    return one && ("percent" in one ? one.seconds : one.tickets);
  }, line);
}

/* The same for a line that may not be there: of nothing, counts are none. */
export const of = (line, { path, kind }) => (line ? at(line, path) : kind === "count" ? 0 : null);

/* Returns a day or a moment in words. */
export const day = (iso) => new Intl.DateTimeFormat(LANGUAGE, { weekday: "short", day: "numeric", month: "short" }).format(new Date(`${iso}T12:00`));
export const moment = (iso) => new Intl.DateTimeFormat(LANGUAGE, { ...MOMENT, timeZone: dataset.zone }).format(new Date(iso));
