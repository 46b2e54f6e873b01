"""What is said to people in English is there in Dutch too."""

import ast
import gettext
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "webcare" / "locale" / "nl" / "LC_MESSAGES" / "django.mo"
SAYS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
SAYS_IN_PAGES = re.compile(r"""\{%\s*(?:translate|trans)\s+(["'])(.*?)\1""")


def sentences():
    """Every text that the code and the pages mark for translation, with its place."""
    for app in ("webcare", "conversations"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and node.args and _says(node.func):
                    [text, *_] = node.args
                    if isinstance(text, ast.Constant):
                        yield text.value, f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / app).rglob("*.html"):
            for found in SAYS_IN_PAGES.finditer(path.read_text()):
                yield found[2], str(path.relative_to(ROOT))


def _says(called):
    return isinstance(called, ast.Name) and called.id in SAYS


def test_every_sentence_has_a_dutch_one():
    with WORDS.open("rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog
    said = dict(sentences())

    assert len(said) > 400
    missing = {
        text: where
        for text, where in said.items()
        if not (catalog.get(text) or catalog.get((text, 0)))
    }
    assert not missing
