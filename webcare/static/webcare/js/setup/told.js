// A secret that is shown once.

const dialog = () => document.getElementById("told");

/* Shows it, and resolves when it has been put away. */
export function tell(secret) {
  dialog().querySelector("[data-secret]").textContent = secret;
  dialog().showModal();
  return new Promise((resolve) => {
    dialog().addEventListener("close", () => {
      dialog().querySelector("[data-secret]").textContent = "";
      resolve();
    }, { once: true });
  });
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const secret = dialog().querySelector("[data-secret]");
  try {
    await navigator.clipboard.writeText(secret.textContent);
    button.textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(secret);
  }
});
