// Files beside an answer: chosen, dropped or pasted they are brought at once, with how far
// that is, and the form then names them. Nothing is sent while one is under way.

import { call, sentence, token } from "./api.js";
import { complain } from "./say.js";

let last = Promise.resolve();

const place = (form) => form?.querySelector("[data-attached]");
const words = (form) => form.querySelector("[data-said]");

function tell(form, what, name) {
  const said = words(form);
  said.textContent = said.dataset[what].replace("{name}", name);
}

function sized(bytes) {
  const [unit, by] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const how = { style: "unit", unit, maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang, how).format(bytes / by);
}

function bring(form, file) {
  const row = form.querySelector("[data-one]").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = file.name;
  row.querySelector("[data-size]").textContent = sized(file.size);
  row.querySelector("[data-remove]").ariaLabel += ` ${file.name}`;
  place(form).append(row);
  row.asked = new XMLHttpRequest();
  // One after the other, so that they stand in the order in which they were chosen.
  last = last.then(() => new Promise((done) => send(form, row, file, done)));
}

function send(form, row, file, done) {
  const { asked } = row;
  if (!asked) return done(); // removed before its turn came
  const body = new FormData();
  body.set("file", file);
  asked.open("POST", place(form).closest("[data-attach]").dataset.attach);
  asked.responseType = "json";
  asked.setRequestHeader("Accept", "application/json");
  asked.setRequestHeader("X-CSRFToken", token());
  asked.upload.onprogress = ({ loaded, total }) => (row.querySelector("[data-progress]").value = loaded / total);
  asked.onload = () => (asked.status === 201 ? there(form, row, asked.response) : fail(row, sentence(asked.response ?? {}) || asked.statusText));
  asked.onerror = () => fail(row, words(form).dataset.unreachable);
  asked.onloadend = done;
  asked.send(body);
}

const isUnderWay = (form) => [...place(form).children].some((row) => row.asked);

function end(row) {
  const form = row.closest("form");
  delete row.asked;
  row.querySelector("[data-progress]")?.remove();
  form.querySelector("[data-wait]").hidden ||= !isUnderWay(form);
}

function there(form, row, made) {
  end(row);
  row.dataset.url = made.url;
  row.querySelector("[data-name]").textContent = made.name;
  Object.assign(row.querySelector("[data-named]"), { name: "attachments", value: made.id, checked: true });
  const [alt, picture] = [row.querySelector("[data-alt]"), row.querySelector("img")];
  if (made.type.startsWith("image/")) {
    Object.assign(alt, { name: `alt-${made.id}`, disabled: false });
    Object.assign(picture, { src: made.url, hidden: false });
  } else alt.closest("label").remove();
  tell(form, "added", made.name);
}

// What went wrong stands beside the file that it went wrong with, until it is removed.
function fail(row, why) {
  end(row);
  row.querySelector("[data-alt]").closest("label").remove();
  Object.assign(row.querySelector("[data-trouble]"), { hidden: false, textContent: why });
}

async function remove(row) {
  const form = row.closest("form");
  row.asked?.abort();
  end(row);
  try {
    if (row.dataset.url) await call("DELETE", row.dataset.url);
  } catch (error) {
    if (error.status !== 404) return complain(error);
  }
  tell(form, "removed", row.querySelector("[data-name]").textContent);
  row.remove();
  form.querySelector("[data-files]").focus();
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-files]")) {
    [...target.files].forEach((file) => bring(target.closest("form"), file));
    target.value = "";
  } else if (target.matches("[data-alt]")) {
    // The answer says it once more, so that nothing is lost where this does not arrive.
    const { url } = target.closest("[data-file]").dataset;
    call("PATCH", url, { alt: target.value }).catch(complain);
  }
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-remove]");
  if (button) remove(button.closest("[data-file]"));
});

// Text that comes with its own picture, as from a document, is text.
document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("[data-reply]");
  const { files, types } = event.clipboardData;
  if (!place(form) || !files.length || types.includes("text/plain")) return;
  event.preventDefault();
  [...files].forEach((file) => bring(form, file));
});

for (const what of ["dragover", "drop"]) {
  document.addEventListener(what, (event) => {
    const form = event.target.closest?.("[data-reply]");
    if (!place(form) || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    if (what === "drop") [...event.dataTransfer.files].forEach((file) => bring(form, file));
  });
}

// Before anybody else hears that it is to be sent.
addEventListener(
  "submit",
  (event) => {
    if (!place(event.target) || !event.target.matches("[data-reply]") || !isUnderWay(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.querySelector("[data-wait]").hidden = false;
  },
  true,
);
