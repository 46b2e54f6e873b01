// What is seldom done to a ticket opens over it; without this file it is a page.

const dialog = document.getElementById("more");
let opener;

// Once its forms are heard: who is quick would leave the page with them.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!dialog || detail.target.id !== "more-body") return;
  opener = detail.requestConfig?.elt;
  document.getElementById("more-title").textContent = opener?.textContent.trim() ?? "";
  opener?.closest("details")?.removeAttribute("open");
  dialog.showModal();
  dialog.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});

dialog?.addEventListener("click", ({ target }) => {
  if (target.closest("[data-closes]")) dialog.close();
});
dialog?.addEventListener("close", () => document.querySelector("#bar [data-press=o] > summary")?.focus());

// A text that refers elsewhere goes where one writes.
document.addEventListener("click", ({ target }) => {
  const area = document.getElementById("reply-text");
  if (!area || !target.closest("[data-puts]")) return;
  dialog.close();
  area.focus();
  area.setRangeText(dialog.querySelector("[data-text]").textContent, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
