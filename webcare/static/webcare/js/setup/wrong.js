// What is wrong with a form: at its fields, and below it what belongs to none.

import { complain } from "../say.js";
import { mark } from "./kinds.js";

export function wrong(form, error) {
  const rest = mark(form, error.answer?.errors ?? {});
  const place = form.querySelector(":scope > [data-problem]");
  const said = error.answer?.errors ? rest.join(" ") : "";
  if (place) place.textContent = said;
  if (place) place.hidden = !said;
  if (!error.answer?.errors) complain(error);
  form.querySelector('[aria-invalid="true"]')?.focus();
}
