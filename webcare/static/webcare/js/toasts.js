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

// What one is told is looked for when the page is there and at rest; what has no network
// by then waits for it.
const attend = () => import("./told.js").catch(() => addEventListener("online", attend, { once: true }));
if (document.querySelector("[data-told][data-how]")) setTimeout(attend, 4000);
