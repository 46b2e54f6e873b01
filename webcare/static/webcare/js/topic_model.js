// How far a training is; the page is read anew once it has ended.

import { call } from "./api.js";

const part = document.querySelector("[data-training]");
const EVERY = 2000; // milliseconds

async function look() {
  try {
    const training = await call("GET", part.dataset.training);
    if (!["waiting", "training"].includes(training.state)) return location.reload();
    part.querySelector("progress").value = training.progress;
  } catch {
    // The next look may find it.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
