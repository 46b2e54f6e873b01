// Menus close when one looks elsewhere; dialogs open from buttons.

const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  menus().forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
});

// What can be chosen anew beside a ticket: it stays while one looks elsewhere.
const choices = (target) =>
  [...document.querySelectorAll("details.change[open]")].filter((one) => target === document.body || one.closest(".fact").contains(target));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  [...menus(), ...choices(event.target)].forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// These do nothing without this file, so they are not shown without it.
document.querySelectorAll("[data-opens]").forEach((button) => {
  button.hidden = false;
});
