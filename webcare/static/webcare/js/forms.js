// Forms that speak to the API: `data-api` names the method, `action` the address. What
// has a name becomes a member of the body; `data-as` says of which kind it is (`some` is
// left out where empty). `data-with` is a body to begin with, `data-leaves` where to go.
// `data-address` is the API's where `action` is that of a form without a script.

import { call } from "./api.js";
import { complain, say } from "./say.js";

// Digits are of the desk's clock; asked twice, for nights on which it is put on or back.
const timeZone = document.documentElement.dataset.zone;
const ahead = (at) => new Date(at).toLocaleString("en", { timeZone, timeZoneName: "longOffset" }).split("GMT")[1] || "Z";
const atDesk = (digits) => digits + ahead(digits + ahead(`${digits}Z`));

const KINDS = {
  list: (value) => (value ? [value] : []),
  words: (value) => value.split(/[\s,;]+/).filter(Boolean),
  flag: (value) => value === "true",
  number: (value) => (value === "" ? null : Number(value)),
  moment: (value) => (value ? atDesk(value) : null),
  empty: (value) => value || null,
  some: (value) => value.trim() || undefined,
  maybe: (value) => (value ? value === "true" : null),
};

const LEFT = ["submit", "button"];

export function bodyOf(form, submitter) {
  const parts = [...form.elements].filter((part) => part.name && !LEFT.includes(part.type) && part.name !== "csrfmiddlewaretoken");
  const chosen = submitter?.name ? [...parts, submitter] : parts;
  const body = JSON.parse(form.dataset.with ?? "{}");
  for (const part of chosen) {
    if (part.dataset.as === "list") body[part.name] ??= []; // none chosen is said too
    if (["checkbox", "radio"].includes(part.type) && !part.checked) continue;
    const value = (KINDS[part.dataset.as] ?? String)(part.value);
    body[part.name] = Array.isArray(value) ? [...(body[part.name] ?? []), ...value] : value;
  }
  return body;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "true";
  try {
    const method = form.dataset.api.toUpperCase();
    const body = method === "DELETE" ? undefined : bodyOf(form, event.submitter);
    const answer = await call(method, form.dataset.address ?? form.getAttribute("action"), body);
    done(form, event.submitter, answer);
  } catch (error) {
    complain(error);
  } finally {
    delete form.dataset.busy;
  }
});

// What is open would keep its part of the page from being renewed.
function done(form, submitter, answer) {
  const said = submitter?.dataset.done ?? form.dataset.done;
  const undo = form.dataset.undo && { address: form.dataset.undo, body: JSON.parse(form.dataset.undoWith ?? "{}") };
  form.closest("dialog")?.close();
  form.closest("details")?.removeAttribute("open");
  if (form.contains(document.activeElement)) document.activeElement.blur();
  if (form.dataset.leaves) return location.assign(form.dataset.leaves.replace("{id}", answer?.id ?? ""));
  if (said) say(said, { undo });
  document.dispatchEvent(new Event("desk:look"));
}

// A field that is saved as soon as it has been answered.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-on-change]")?.requestSubmit();
});
