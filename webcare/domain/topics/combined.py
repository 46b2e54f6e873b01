"""Words combined: `stroom* (uit OR weg) NOT "test alarm"`.

Terms beside each other must all be there, or one of those between OR, and none after
NOT. A term is a word, a phrase in quotes, or a part of a word where it has a star. The
three words are written in capitals; round brackets group.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_TERMS = 30

_SIGNS = re.compile(r'"[^"]*"|[()]|[^\s()"]+')


class Unreadable(ValueError):
    """The text is no combination; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Term:
    """What is searched for; `is_part` when it may stand inside a word."""

    text: str
    is_part: bool


@dataclass(frozen=True, slots=True)
class All:
    parts: Sequence["Node"]


@dataclass(frozen=True, slots=True)
class Any_:
    parts: Sequence["Node"]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Term | All | Any_ | Not
Finder = Callable[[Term], bool]


def read(pattern: str) -> Node:
    """Raises Unreadable, also where nothing is left that a text must have."""
    signs = _SIGNS.findall(pattern)
    node, rest = _either(signs)
    if rest:
        raise Unreadable(_("A bracket closes that was never opened."))
    if len(list(terms(node))) > MOST_TERMS:
        raise Unreadable(_("Combine at most %(most)d terms.") % {"most": MOST_TERMS})
    if fits(node, lambda term: False) is not None:
        raise Unreadable(_("Name at least one word that has to be there."))
    return node


def terms(node: Node) -> Iterator[Term]:
    """Every term, in order."""
    match node:
        case Term():
            yield node
        case Not(part):
            yield from terms(part)
        case All(parts) | Any_(parts):
            for part in parts:
                yield from terms(part)


def fits(node: Node, is_there: Finder) -> Sequence[Term] | None:
    """The terms that made it fit, in order; None where it does not."""
    match node:
        case Term():
            return [node] if is_there(node) else None
        case Not(part):
            return [] if fits(part, is_there) is None else None
        case Any_(parts):
            found = (fits(part, is_there) for part in parts)
            return next((one for one in found if one is not None), None)
        case All(parts):
            every = [fits(part, is_there) for part in parts]
            if None in every:
                return None
            return [term for one in every if one is not None for term in one]


_Rest = Sequence[str]


def _either(signs: _Rest) -> tuple[Node, _Rest]:
    parts, rest = [], signs
    while True:
        part, rest = _every(rest)
        parts.append(part)
        if not rest or rest[0] != "OR":
            return (parts[0] if len(parts) == 1 else Any_(parts)), rest
        rest = rest[1:]


def _every(signs: _Rest) -> tuple[Node, _Rest]:
    parts: list[Node] = []
    rest = signs
    while rest and rest[0] not in {"OR", ")"}:
        if rest[0] == "AND" and parts:
            rest = rest[1:]
        part, rest = _one(rest)
        parts.append(part)
    if not parts:
        raise Unreadable(_("Something is missing beside OR, or between brackets."))
    return (parts[0] if len(parts) == 1 else All(parts)), rest


def _one(signs: _Rest) -> tuple[Node, _Rest]:
    if not signs or signs[0] in {"AND", "OR", ")"}:
        raise Unreadable(_("Something is missing after AND, OR or NOT."))
    first, rest = signs[0], signs[1:]
    if first == "NOT":
        part, rest = _one(rest)
        return Not(part), rest
    if first == "(":
        node, rest = _either(rest)
        if not rest:
            raise Unreadable(_("A bracket is not closed."))
        return node, rest[1:]
    if first.startswith('"') or "*" not in first:
        return Term(first.strip('"'), is_part=False), rest
    return Term(first.strip("*"), is_part=True), rest
