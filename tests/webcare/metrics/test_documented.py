"""Every metric that is documented is tested under its name, and the other way round."""

import re
from pathlib import Path

METRICS = Path("docs/metrics.md")
HERE = Path(__file__).parent
# Plain arithmetic, in tests of that name.
PROMISES = HERE.parent / "domain" / "test_promises.py"
ABOUT = {"conftest", "test_documented"}


def headings():
    return re.findall(r"^## (.+)$", METRICS.read_text(), re.MULTILINE)


def names():
    return {re.sub(r"\W+", "_", one.lower()) for one in headings()}


def test_a_metric_is_defined_once():
    assert len(names()) == len(headings())


def test_every_metric_has_a_formula_and_an_example():
    told = re.split(r"^## .+$", METRICS.read_text(), flags=re.MULTILINE)[1:]

    for one, text in zip(headings(), told, strict=True):
        assert {"*Formula*", "*Example*"} <= set(
            re.findall(r"^\*\w+\*(?=:)", text.replace("*Examples*", "*Example*"), re.M)
        ), one


def test_every_metric_has_a_test_of_its_name():
    arithmetic = set(re.findall(r"^def test_(\w+)\(", PROMISES.read_text(), re.M))
    files = {path.stem.removeprefix("test_") for path in HERE.glob("test_*.py")}

    assert names() <= files | arithmetic


def test_every_test_of_a_metric_is_of_one_that_is_documented():
    files = {path.stem for path in HERE.glob("*.py")} - ABOUT

    assert {stem.removeprefix("test_") for stem in files} <= names()
