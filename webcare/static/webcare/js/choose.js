// A list to choose from by typing: arrows move, Enter takes, and what is meant is found
// though letters between are left out. After the combobox pattern of the ARIA guide.

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/* Returns how well `wanted` fits `text`: 0 not at all, more is better. Whole words that
   begin so are best, then letters that follow each other, then letters in this order. */
export function fit(wanted, text) {
  const [needle, hay] = [plain(wanted).trim(), plain(text)];
  if (!needle) return 1;
  const place = hay.indexOf(needle);
  if (place === 0) return 1000 - hay.length / 100;
  if (place > 0) return (/\s|[-_#@.:]/.test(hay[place - 1]) ? 800 : 500) - place / 10;
  return scattered(needle.replace(/\s+/g, ""), hay);
}

// The fewer gaps, and the more letters that begin a word, the better.
function scattered(needle, hay) {
  let at = -1;
  let worth = 300;
  for (const letter of needle) {
    const next = hay.indexOf(letter, at + 1);
    if (next < 0) return 0;
    if (next > at + 1) worth -= next === 0 || /\s|[-_#@.:]/.test(hay[next - 1]) ? 2 : 12;
    at = next;
  }
  return Math.max(worth, 0);
}

/* Returns those of `options` ({label, group?, words?}) that fit, the best first. */
export function fitting(wanted, options) {
  const ranked = options.map((one, place) => ({ one, place, fit: Math.max(fit(wanted, one.label), one.words ? fit(wanted, one.words) * 0.8 : 0) }));
  return ranked.filter((each) => each.fit > 0).sort((a, b) => b.fit - a.fit || a.place - b.place).map((each) => each.one);
}

/* Makes `field` choose from `list`; `take` is called with the option. Returns `show`,
   which is given the options, in their order. */
export function chooser(field, list, take) {
  let options = [];
  let active = 0;

  // What was moved to stays chosen while more is found; another letter begins anew.
  function show(found) {
    active = active && Math.max(0, found.indexOf(options[active]));
    options = found;
    list.replaceChildren(...(found.length ? found.map(row) : [nothing(list)]));
    mark();
  }

  function row(one, place) {
    const made = document.createElement("li");
    made.id = `${list.id}-${place}`;
    made.className = "option";
    made.setAttribute("role", "option");
    const name = document.createElement("span");
    name.className = "one-line";
    name.textContent = one.label;
    made.append(name);
    if (one.group) {
      const group = document.createElement("span");
      group.className = "quiet small end";
      group.textContent = one.group;
      made.append(group);
    }
    made.addEventListener("click", () => take(one));
    made.addEventListener("pointermove", () => active !== place && ((active = place), mark(false)));
    return made;
  }

  function mark(scroll = true) {
    [...list.querySelectorAll(".option")].forEach((one, place) => {
      one.setAttribute("aria-selected", place === active);
      if (place === active && scroll) one.scrollIntoView({ block: "nearest" });
    });
    if (options.length) field.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    else field.removeAttribute("aria-activedescendant");
  }

  ["input", "focus"].forEach((kind) => field.addEventListener(kind, () => (active = 0)));
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      active = (active + step + options.length) % options.length;
      mark();
    } else if (event.key === "Enter" && !event.isComposing) {
      if (options[active]) take(options[active]);
    } else return;
    event.preventDefault();
  });
  return show;
}

function nothing(list) {
  const made = document.createElement("li");
  made.className = "quiet options__none";
  made.setAttribute("role", "option");
  made.setAttribute("aria-disabled", "true");
  made.textContent = list.dataset.none;
  return made;
}
