// Seconds in which an answer can still be taken back.

const ends = new WeakMap();

function tick() {
  document.querySelectorAll("[data-countdown]").forEach((part) => {
    if (!ends.has(part)) ends.set(part, Date.now() + Number(part.dataset.countdown) * 1000);
    const left = Math.max(0, Math.ceil((ends.get(part) - Date.now()) / 1000));
    if (part.textContent === String(left)) return;
    part.textContent = left;
    if (!left) setTimeout(() => document.dispatchEvent(new Event("desk:look")), 700);
  });
}

setInterval(tick, 250);
