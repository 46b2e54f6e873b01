// The lines of a report as a table, each figure with what it was before.

import { at, kindOf, of } from "./figures.js";

/* Returns a table of `lines`; `older` maps a line to the one before, or is null. */
export function table(lines, older, { asked, words, say, behind }) {
  const made = document.createElement("table");
  made.className = "table";
  const caption = made.createCaption();
  caption.className = "hidden-text";
  caption.textContent = words.table;
  head(made.createTHead().insertRow(), asked);
  const body = made.createTBody();
  lines.forEach((line) => row(body.insertRow(), line, older && { line: older.get(line) }, { asked, words, say, behind }));
  return made;
}

function head(into, { columns, line }) {
  [{ label: line }, ...columns].forEach(({ label }, place) => {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = label;
    if (place) cell.className = "table__number";
    into.append(cell);
  });
}

function row(into, line, older, { asked, words, say, behind }) {
  const name = document.createElement("th");
  name.scope = "row";
  name.append(line.address ? link(line, words) : line.name || words.line);
  into.append(name);
  asked.columns.forEach(({ path, kind }) => {
    const cell = into.insertCell();
    cell.className = "table__number";
    cell.append(figure(say(at(line, path), kindOf(line, kind, asked.columns)), at(line, path) ? behind(line, path) : "", words));
    if (!older) return;
    const before = document.createElement("div");
    before.className = "quiet small";
    before.textContent = words.before.replace("{value}", say(of(older.line, { path, kind }), kindOf(older.line, kind, asked.columns)));
    cell.append(before);
  });
}

/* Returns a figure, which leads to what it counts where there is an address. */
export function figure(text, address, words) {
  return address ? link({ address, name: text }, words, words.counted) : text;
}

function link(line, words, title = words.tickets) {
  const made = document.createElement("a");
  made.href = line.address;
  made.textContent = line.name || words.tickets;
  made.title = title;
  return made;
}
