"""The design system keeps its promises: contrast, checksums, nothing inline, Dutch."""

import gettext
import gzip
import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path("webcare/static/webcare")
TEMPLATES = sorted(Path("webcare/templates").rglob("*.html"))
CATALOG = Path("webcare/locale/nl/LC_MESSAGES/django.po")
TOKENS = re.findall(
    r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", (STATIC / "tokens.css").read_text()
)
COLOURS = {name: (light, dark) for name, light, dark in TOKENS}
SURFACES = ["paper", "surface", "raised"]
ON = [
    *(
        (ink, surface)
        for ink in ("ink", "ink-soft", "ink-quiet")
        for surface in [*SURFACES, "hover", "selected"]
    ),
    *(
        (tone, surface)
        for tone in ("accent", "private", "note", "good", "warn", "bad")
        for surface in [*SURFACES, f"{tone}-soft"]
    ),
    *((f"on-{tone}", tone) for tone in ("accent", "private", "note", "bad")),
    *(
        (f"on-{where}-strip", f"{where}-strip")
        for where in ("public", "private", "note")
    ),
    *(
        (word, soft)
        for soft in ("accent-soft", "private-soft", "note-soft", "bad-soft")
        for word in ("ink", "ink-soft", "ink-quiet")
    ),
    ("bad", "bad-soft"),
    ("warn", "bad-soft"),
    ("good", "bad-soft"),
    ("good", "accent-soft"),
    ("warn", "accent-soft"),
    ("accent", "note-soft"),
    ("accent", "private-soft"),
    ("private", "private-soft"),
    ("warn", "private-soft"),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), ON)
def test_text_is_readable_on_what_it_stands_on(text, surface, theme):
    assert contrast(COLOURS[text][theme], COLOURS[surface][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
def test_fields_have_an_outline_one_can_see(surface, theme):
    outline = COLOURS["line-field"][theme]

    assert contrast(outline, COLOURS[surface][theme]) >= 3


def test_what_comes_from_elsewhere_is_unchanged():
    lines = (STATIC / "CHECKSUMS").read_text().split()
    named = dict(zip(lines[1::2], lines[::2], strict=True))
    here = {
        str(path.relative_to(STATIC)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).glob("*.*")
        if path.suffix in (".js", ".css", ".woff2")
    }

    assert here
    assert named == here


# A letter has no stylesheet: mail programs know only what stands on its parts.
PAGES = [path for path in TEMPLATES if not path.stem.endswith("_mail")]


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_no_template_has_style_or_script_of_its_own(path):
    text = path.read_text()

    assert not re.search(r"\sstyle=|<style|\son\w+=|hx-on", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\|safe\b|autoescape off|mark_safe", text)


def test_every_icon_that_is_named_is_drawn():
    drawn = set(
        re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text())
    )
    asked = r'(?:_icon\.html" with name=|{% icon )"([\w-]+)"'
    named = set(re.findall(asked, "".join(map(_text, TEMPLATES))))
    looks = re.findall(
        r'Look\(\S+?\), "(\w+)"', _text(Path("webcare/inbox/statuses.py"))
    )

    assert named and looks
    assert named | set(looks) <= drawn


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_of_the_desk_is_light_enough(path):
    """What it names, what its parents name, and what its scripts import."""
    fonts = sum(font.stat().st_size for font in STATIC.glob("fonts/*.woff2"))
    files = {STATIC / "icons.svg", *_loaded(path)}
    weight = fonts + sum(len(gzip.compress(one.read_bytes())) for one in files)

    assert weight < 120_000


def _loaded(path: Path, replaced: frozenset[str] = frozenset()) -> set[Path]:
    """Without what stands in a block that a child of the page has replaced."""
    own = path.read_text()
    for block in replaced:
        own = re.sub(rf"{{% block {block} %}}.*?{{% endblock %}}", "", own, flags=re.S)
    blocks = frozenset(re.findall(r"{% block (\w+) %}", own))
    parent = re.search(r'{% extends "(webcare/.+?)" %}', own)
    named = re.findall(r"static 'webcare/([\w./-]+\.(?:css|js))'", own)
    above = Path("webcare/templates") / parent[1] if parent else None
    known = _loaded(above, replaced | blocks) if above else set()
    return known | {one for name in named for one in _imported(STATIC / name)}


def _imported(script: Path) -> set[Path]:
    if script.suffix != ".js":
        return {script}
    names = re.findall(r'^import .+ from "\./(.+?)";$', script.read_text(), re.M)
    parts = [_imported(script.parent / name) for name in names]
    return {script}.union(*parts)


def _text(path: Path) -> str:
    return path.read_text()


def _entries() -> list[tuple[str, list[str], str]]:
    """Each entry of the catalog: what is said, its translations, its flags."""
    found = []
    for block in CATALOG.read_text().split("\n\n")[1:]:
        said = re.search(r'^msgid "(.+)"$', block, re.M)
        told = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', block, re.M)
        if said:
            flags = " ".join(re.findall(r"^#, (.*)$", block, re.M))
            found.append((said[1], told, flags))
    return found


def test_every_sentence_is_said_in_dutch():
    entries = _entries()

    assert len(entries) > 200
    assert [said for said, told, flags in entries if "fuzzy" in flags] == []
    assert [said for said, told, _ in entries if not told or not all(told)] == []


def test_the_compiled_catalog_says_what_the_readable_one_says():
    with CATALOG.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    differing = [
        said
        for said, told, flags in _entries()
        if len(told) == 1 and compiled.gettext(_plain(said)) != _plain(told[0])
    ]
    assert differing == []


def test_every_sentence_of_the_templates_is_in_the_catalog():
    known = {said for said, _, _ in _entries()}
    used = {
        sentence
        for path in TEMPLATES
        for _, sentence in re.findall(
            r"""(?:translate |_\()(["'])(.+?)\1""", path.read_text()
        )
    }

    assert used
    assert used - known == set()


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n")


def test_no_script_imports_itself_by_way_of_others():
    """Such a one is collected under two names, and a browser would run it twice."""
    scripts = STATIC / "js"
    imported = {
        path: {
            (path.parent / name).resolve()
            for name in re.findall(r'(?:from|import)\s*\(?\s*"(\.[^"]+)"', _text(path))
        }
        for path in map(Path.resolve, scripts.rglob("*.js"))
    }
    while leaves := [path for path, names in imported.items() if not names]:
        for leaf in leaves:
            del imported[leaf]
        for names in imported.values():
            names.difference_update(leaves)

    assert not imported


def test_whatever_a_script_imports_is_exported_there():
    missing = []
    for path in (STATIC / "js").rglob("*.js"):
        for names, place in re.findall(
            r'^import \{([^}]+)\} from "(\.[^"]+)"', _text(path), re.M
        ):
            exported = _text(path.parent / place)
            for name in re.findall(r"(\w+)(?: as \w+)?\s*(?:,|$)", names.strip()):
                if not re.search(rf"export [\w ]*\b{name}\b", exported):
                    missing.append(f"{path.name}: {name}")

    assert not missing
