// How members of an answer are shown in a row.

const { lang: language, dataset } = document.documentElement;
const times = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone: dataset.zone });
const counts = new Intl.NumberFormat(language);

export function span(seconds) {
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([one]) => seconds >= one && seconds % one === 0) ?? [60, "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 1 }).format(seconds / size);
}

const named = (one) => one?.name ?? "";
const languages = new Intl.DisplayNames(language, { type: "language" });
const list = (values) => values.filter(Boolean).join(", ");
const short = (text, most = 90) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function badge(text, tone) {
  const part = document.createElement("span");
  part.className = `badge tone-${tone}`;
  part.textContent = text;
  return part;
}

function picture(week, words) {
  const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  const shown = words.days.split(" ");
  return list(runs(days.map((day, at) => [shown[at], (week[day] ?? []).map((one) => `${one.from}-${one.until}`).join(" ")])).map(([name, hours]) => hours && `${name} ${hours}`));
}

function spoken(code) {
  try {
    return languages.of(code);
  } catch {
    return code; // whatever somebody wrote
  }
}

// Days in a row with the same hours are said once: "Mo–Fr 09:00-17:00".
function runs(days) {
  const found = [];
  days.forEach(([name, hours]) => {
    const last = found.at(-1);
    if (last && last.hours === hours) last.to = name;
    else found.push({ from: name, to: name, hours });
  });
  return found.map(({ from, to, hours }) => [from === to ? from : `${from}–${to}`, hours]);
}

// A test may say less than that it works where a channel has stopped for nothing yet.
function health(value, words, known, row) {
  if (row.stopped_at) return badge(value || times.format(new Date(row.stopped_at)), "bad");
  const isDoubtful = row.check_result && !["works", "no_address"].includes(row.check_result);
  return isDoubtful ? badge(words.doubtful, "warn") : badge(words.well, "good");
}

// Each role once, with the queues that it is in.
function roles(value, words, known) {
  const where = new Map();
  (value ?? []).forEach(({ role, queue }) => where.set(role, [...(where.get(role) ?? []), queue ? (known[`queue:${queue}`] ?? queue) : words.everywhere]));
  return [...where].map(([role, queues]) => `${known[role] ?? role}: ${list(queues)}`).join(" · ");
}

function filters(value, words, known) {
  const said = (name, given) => list(String(given).split(",").map((one) => known[`${name}=${one}`] ?? one));
  return Object.entries(value ?? {}).map(([name, given]) => `${known[name] ?? name}: ${said(name, given)}`).join(" · ");
}

// What has a name in the reader's language is called by that.
export const nameOf = (row) => row[`name_${language}`] || row.name;

const KINDS = {
  text: (value) => (value === null || value === undefined ? "" : short(String(value))),
  count: (value) => counts.format(value ?? 0),
  named,
  names: (value) => list((value ?? []).map(named)),
  list: (value) => list(value ?? []),
  moment: (value) => (value ? times.format(new Date(value)) : ""),
  length: (value) => (value === null ? "" : span(value)),
  flag: (value, words) => (value ? badge(words.yes, "good") : words.no),
  choice: (value, words, known) => known[value] ?? value ?? "",
  where: (value, words) => value ?? words.everywhere,
  gone: (value, words) => (value ? badge(times.format(new Date(value)), "quiet") : ""),
  health,
  choices: (value, words, known) => list((value ?? []).map((one) => known[one] ?? one)),
  roles,
  filters,
  spoken: (value, words, known) => list((value ?? []).map((one) => `${spoken(one.language)} (${(known[one.level] ?? "").toLocaleLowerCase()})`)),
  levels: (value) => list((value ?? []).map((one) => `${one.skill} (${one.level}/5)`)),
  patterns: (value) => short(list((value ?? []).map((one) => one.pattern)), 60),
  texts: (value) => short(value?.[0]?.text ?? "", 80),
  members: (value) => short(list(Object.entries(value ?? {}).map(([, one]) => [one].flat().join(" ")))),
  steps: (value) => list((value ?? []).map((one) => one.do)),
  promises: (value, words) => list(Object.values(value ?? {}).map((one) => (one ? span(one.seconds) : words.never))),
  week: picture,
};
KINDS.strong = KINDS.text;
KINDS.link = (value, words, known, row) => KINDS.text(value === row.name ? nameOf(row) : value);

export const at = (row, path) => path.split(".").reduce((value, name) => value?.[name], row);

/* Text or an element. `words` are the words of the list, `known` names of choices. */
export const shown = (row, { name, kind, known }, words) =>
  (KINDS[kind] ?? KINDS.text)(at(row, name), words, known ? JSON.parse(known) : {}, row);
