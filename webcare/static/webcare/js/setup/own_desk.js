// How far a desk of one's own is. While everything starts again nobody answers, and that
// is said as what it is; then this goes on to the new desk.

const page = document.querySelector("[data-coming]");
const steps = [...page.querySelectorAll("[data-step]")];
const began = Date.now();
const TONES = { done: "tone-good", now: "tone-accent", "": "tone-quiet" };

async function look() {
  try {
    const answer = await fetch(page.dataset.coming, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
    if (answer.status === 401 || answer.status === 403) return location.assign(page.dataset.then);
    if (answer.ok) {
      const desk = await answer.json();
      if (!desk.is_demo) return location.assign(page.dataset.then);
      if (!desk.leaving || desk.leaving === "failed") return location.reload();
      show(desk.leaving);
    }
  } catch {
    show("restart");
  }
  late();
  return setTimeout(look, 1000);
}

function show(name) {
  const at = Math.max(0, steps.findIndex((one) => one.dataset.step === name));
  steps.forEach((one, number) => {
    const state = number < at ? "done" : number === at ? "now" : "";
    if (one.dataset.state === state) return;
    one.classList.replace(TONES[one.dataset.state], TONES[state]);
    one.dataset.state = state;
  });
}

function late() {
  const isLate = Date.now() - began > Number(page.dataset.longest) * 1000;
  page.querySelector("[data-late]").hidden = !isLate;
  page.querySelector("[data-soon]").hidden = isLate;
}

look();
