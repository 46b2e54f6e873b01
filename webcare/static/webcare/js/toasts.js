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
