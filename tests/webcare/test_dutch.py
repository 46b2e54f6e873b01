"""What is said to people in English is there in Dutch too."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import override

from webcare import exceptions
from webcare.models import User

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "webcare" / "locale" / "nl" / "LC_MESSAGES" / "django.mo"
SAYS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
# Says its own sentence in the language of who reads it.
SAYS |= {"NotFound"}
# Caught, or read by who runs the desk alone.
UNSAID = {"UnreadableModel", "NothingToLearn", "TrainingFailed", "CommandError"}
UNSAID |= {"OSError", "ConnectionResetError"}
SENTENCE = re.compile(r"[A-Z].* .*\.", re.DOTALL)
COUNTED = re.compile(
    r"\{% blocktranslate count (.*?)%\}(.*?)\{% plural %\}(.*?)\{% endblocktranslate"
)
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


def without_dutch(said):
    with WORDS.open("rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog
    return {
        text: where
        for text, where in said.items()
        if not (catalog.get(text) or catalog.get((text, 0)))
    }


def test_every_sentence_has_a_dutch_one():
    said = dict(sentences())

    assert len(said) > 400
    assert not without_dutch(said)


def test_what_is_refused_without_a_word_is_said_in_dutch_too():
    """The first line about it is what people read then."""
    said = {}
    for raised, where in refusals():
        bare = raised.func if isinstance(raised, ast.Call) else raised
        kind = getattr(exceptions, getattr(bare, "id", ""), exceptions.NotFound)
        if "__init__" not in vars(kind) and not getattr(raised, "args", ()):
            said[kind.__doc__.split("\n")[0]] = where

    assert len(said) > 3
    assert not without_dutch(said)


def test_what_is_refused_is_marked_for_translation():
    unmarked = [
        (where, text)
        for raised, where in refusals()
        if isinstance(raised, ast.Call)
        for text in _unmarked(raised)
    ]
    assert unmarked == []


def refusals():
    """Every exception that the code raises, with its place."""
    for path in (ROOT / "webcare").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and node.exc:
                yield node.exc, f"{path.relative_to(ROOT)}:{node.lineno}"


def _unmarked(raised):
    """The sentences with which it is raised, but for those that are marked."""
    if ast.unparse(raised.func).rpartition(".")[2] in SAYS | UNSAID:
        return
    for given in (*raised.args, *(keyword.value for keyword in raised.keywords)):
        parts = given.values if isinstance(given, ast.JoinedStr) else [given]
        text = "".join(str(getattr(part, "value", "")) for part in parts)
        if isinstance(given, ast.Constant | ast.JoinedStr) and SENTENCE.fullmatch(text):
            yield text


def test_what_is_counted_is_told_apart_by_its_plural():
    """A catalog knows a sentence by its singular: two of one need a context."""
    plurals = {}
    for app in ("webcare", "conversations"):
        for path in (ROOT / app).rglob("*.html"):
            for how, one, many in COUNTED.findall(path.read_text()):
                context = re.search(r'context "(\w+)"', how)
                key = (
                    context and context[1],
                    re.sub(r"\{\{ *(\w+).*?\}\}", r"\1", one),
                )
                plurals.setdefault(key, {})[many] = path.name

    assert len(plurals) > 15
    assert {key: found for key, found in plurals.items() if len(found) > 1} == {}


def test_what_is_wrong_with_a_password_is_said_in_dutch():
    with override("nl"), pytest.raises(ValidationError) as refused:
        validate_password("1234", User(username="anna"))

    said = " ".join(refused.value.messages)
    assert "wachtwoord" in said and "password" not in said
