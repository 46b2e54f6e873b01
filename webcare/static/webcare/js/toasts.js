// What was said leaves by itself, unless somebody is reading or reaching for it.

const LASTS = 9000;
const since = new WeakMap();

setInterval(() => {
  document.querySelectorAll("[data-toast]").forEach((toast) => {
    const isHeld = toast.matches(":hover, :focus-within");
    if (isHeld || !since.has(toast)) since.set(toast, Date.now());
    if (Date.now() - since.get(toast) < LASTS) return;
    toast.classList.add("is-leaving");
    setTimeout(() => toast.remove(), 300);
  });
}, 500);

// The stream is opened once the page is there, and what one is told is looked for when it
// is at rest; what has no network by then waits for it.
const attend = (load) => load().catch(() => addEventListener("online", () => attend(load), { once: true }));
addEventListener("load", () => attend(() => import("./stream.js")));
if (document.querySelector("[data-told][data-how]")) setTimeout(() => attend(() => import("./told.js")), 4000);
