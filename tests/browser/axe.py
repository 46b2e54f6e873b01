"""What axe-core finds wrong on a page, in light and dark, at a desk and on a phone."""

from importlib.resources import files
from typing import Any

# WCAG 2.2 A and AA, and what axe calls good practice.
RULES = [
    f"wcag{version}{level}" for version in ("2", "21", "22") for level in ("a", "aa")
]
EVERYTHING = {"type": "tag", "values": [*RULES, "best-practice"]}
# What depends on colours and on the width: on a phone words give way to icons.
LOOKS = [
    "button-name",
    "color-contrast",
    "link-name",
    "summary-name",
    "link-in-text-block",
    "scrollable-region-focusable",
    "target-size",
]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
# Both themes and both widths; the rest is the same in all four.
TIMES = (
    ("light, desk", "light", DESK, EVERYTHING),
    ("dark, phone", "dark", PHONE, {"type": "rule", "values": LOOKS}),
)
_RUN = """async (runOnly) => {
  const said = ({ target, html }) => `${target} ${html.slice(0, 120)}`;
  const { violations } = await axe.run({ runOnly, resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) =>
    `${id} (${help}): ${nodes.slice(0, 3).map(said).join(" | ")}`);
}"""


def troubles(page: Any) -> list[str]:
    """Look at `page` twice; returns one line for each rule that is broken."""
    # A colour on its way from one theme to the other is neither.
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = []
    for name, theme, size, rules in TIMES:
        page.set_viewport_size(size)
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        path = page.url.split("/", 3)[3]
        found += [f"/{path} {name}: {one}" for one in page.evaluate(_RUN, rules)]
    page.set_viewport_size(DESK)
    return found
