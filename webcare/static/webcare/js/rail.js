// Of a rail longer than its place, as on a phone, what is open is in sight.

document.querySelector(".rail__views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
