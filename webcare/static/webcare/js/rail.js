// Of a rail longer than its place, as on a phone, what is open is in sight.

const open = document.querySelector(".rail__views [aria-current]");
const isCut = open?.getBoundingClientRect().right > innerWidth;
open?.scrollIntoView({ block: "nearest", inline: isCut ? "center" : "nearest" });
