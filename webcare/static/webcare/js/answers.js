// An answer that was given before becomes a draft: put where one is writing, to be made
// one's own.

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-use-answer]");
  const area = document.getElementById("reply-text");
  if (!button || !area) return;
  document.getElementById("mode-reply").checked = true;
  document.getElementById("show-card").checked = false;
  area.focus();
  area.setRangeText(button.dataset.text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
