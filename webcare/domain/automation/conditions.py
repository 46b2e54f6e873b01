"""Conditions of a rule: a tree of all, any and none over what is true of a ticket.

Read from data that a person wrote, checked once, and asked of many tickets. Texts are
matched by the words and phrases of `domain.topics.rules` in time linear in the text;
nobody writes a pattern that could run away.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from webcare.domain.automation.values import (
    Errors,
    Read,
    boolean,
    choice,
    custom_value,
    handle,
    identity_or,
    name,
    one_or_more,
    seconds,
    spoken,
)
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Promise
from webcare.domain.readings import Sentiment
from webcare.domain.topics.rules import Rule, RuleBook, RuleKind

DEEPEST = 5
MOST_CONDITIONS = 50
MOST_TEXT = 5_000  # characters that are looked at

GROUPS = ("all", "any", "none")
# Field -> operator -> how its value is read.
FIELDS: Mapping[str, Mapping[str, Read]] = {
    "status": {"is": one_or_more(choice(*Status.values))},
    "queue": {"is": one_or_more(name)},
    "topic": {"is": one_or_more(name)},
    "channel": {"is": one_or_more(name)},
    "language": {"is": one_or_more(name)},
    "tag": {"is": one_or_more(name)},
    "priority": {"is": one_or_more(choice(*Priority.values))},
    "agent": {"is": one_or_more(identity_or("none", "any"))},
    "author": {"is": one_or_more(handle)},
    "author_list": {"is": one_or_more(name)},
    "sentiment": {"is": one_or_more(choice(*Sentiment.values))},
    "promise": {"is": one_or_more(choice(*Promise.values))},
    "visibility": {"is": one_or_more(choice("public", "private"))},
    "danger": {"is": boolean},
    "waiting_seconds": {"at_least": seconds, "less_than": seconds},
    "age_seconds": {"at_least": seconds, "less_than": seconds},
    "text": {kind: one_or_more(spoken) for kind in ("word", "part", "phrase")},
    "custom": {"is": one_or_more(custom_value)},
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a ticket now; `words` and `numbers` by the names of fields.

    A topic is there with those above it; what is missing is there as *none*. A promise
    is the one that a warning or a breach is about; asked without either, those of the
    ticket that were warned of or broken.
    """

    words: Mapping[str, frozenset[Any]]
    numbers: Mapping[str, int | None]
    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    field: str
    operator: str
    values: tuple[Any, ...]
    custom: str = ""  # the key of a custom field
    path: str = dataclasses.field(
        default="", compare=False
    )  # where it stands in the tree

    @property
    def fact(self) -> str:
        return f"custom:{self.custom}" if self.custom else self.field


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    parts: tuple["Leaf | Group", ...]


@dataclass(frozen=True)
class Conditions:
    """A tree that was checked; asked as often as you like."""

    root: Group = dataclasses.field(default_factory=lambda: Group("all", ()))

    def hold(self, facts: Facts) -> bool:
        found: list[frozenset[int]] = []

        def said() -> frozenset[int]:
            if not found:  # a text is read once, and only when it matters
                found.append(self._said(facts.text))
            return found[0]

        return _holds(self.root, facts, self._numbered, said)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(_leaves(self.root))

    @cached_property
    def _numbered(self) -> dict[int, int]:
        return {id(leaf): number for number, leaf in enumerate(self.leaves)}

    @cached_property
    def _book(self) -> RuleBook:
        return RuleBook(
            Rule(number, 0, RuleKind(leaf.operator), pattern)
            for number, leaf in enumerate(self.leaves)
            if leaf.field == "text"
            for pattern in leaf.values
        )

    def _said(self, text: str) -> frozenset[int]:
        matches = self._book.matches(text[:MOST_TEXT])
        return frozenset(match.rule.id for match in matches)


def read_conditions(given: Any, errors: Errors, path: str = "conditions") -> Conditions:
    """Check a tree; every mistake is noted in `errors` under its path."""
    if given in (None, {}, []):
        return Conditions()
    reader = _Reader(errors)
    root = reader.read(given, path, 1)
    if isinstance(root, Leaf):
        root = Group("all", (root,))
    return Conditions(root) if root else Conditions()


class _Reader:
    def __init__(self, errors: Errors) -> None:
        self._errors = errors
        self._count = 0

    def read(self, given: Any, path: str, depth: int) -> Leaf | Group | None:
        if not isinstance(given, dict):
            self._errors[path] = _("Send an object with all, any, none or a field.")
            return None
        groups = [kind for kind in GROUPS if kind in given]
        if not groups:
            return self._leaf(given, path)
        if len(given) > 1:
            self._errors[path] = _("Give one of all, any and none, and nothing else.")
            return None
        return self._group(groups[0], given[groups[0]], path, depth)

    def _group(self, kind: str, parts: Any, path: str, depth: int) -> Group | None:
        where = f"{path}.{kind}"
        if not isinstance(parts, list) or not parts:
            self._errors[where] = _("Send a list of at least one condition.")
            return None
        if depth > DEEPEST:
            deepest = {"most": DEEPEST}
            self._errors[where] = _("Nest at most %(most)d levels deep.") % deepest
            return None
        if len(parts) > MOST_CONDITIONS:
            self._too_many(where)
            return None
        read = [
            self.read(part, f"{where}.{number}", depth + 1)
            for number, part in enumerate(parts)
        ]
        return Group(kind, tuple(part for part in read if part))

    def _leaf(self, given: dict[Any, Any], path: str) -> Leaf | None:
        self._count += 1
        if self._count > MOST_CONDITIONS:
            self._too_many("conditions")
            return None
        wanted = given.get("field")
        operators = FIELDS.get(wanted) if isinstance(wanted, str) else None
        if operators is None:
            self._errors[f"{path}.field"] = _("Choose from: %(choices)s.") % {
                "choices": ", ".join(FIELDS)
            }
            return None
        used = [name_ for name_ in given if name_ not in ("field", "name")]
        if len(used) != 1 or used[0] not in operators:
            self._errors[path] = _("Ask it with one of: %(choices)s.") % {
                "choices": ", ".join(operators)
            }
            return None
        return self._asked(str(wanted), used[0], operators[used[0]], given, path)

    def _asked(
        self, wanted: str, operator: str, read: Read, given: dict[Any, Any], path: str
    ) -> Leaf | None:
        custom = given.get("name", "")
        if (wanted == "custom") != bool(custom) or not isinstance(custom, str):
            self._errors[f"{path}.name"] = _(
                "Name the custom field that is asked, and only there."
            )
            return None
        try:
            values = read(given[operator])
        except ValueError as error:
            self._errors[f"{path}.{operator}"] = str(error)
            return None
        return Leaf(wanted, operator, values, custom[:50], f"{path}.{operator}")

    def _too_many(self, path: str) -> None:
        most = {"most": MOST_CONDITIONS}
        self._errors[path] = _("Give at most %(most)d conditions.") % most


def conditions_as_data(part: Leaf | Group) -> dict[str, Any]:
    """The same tree, as it is stored and shown."""
    if isinstance(part, Group):
        return {part.kind: [conditions_as_data(inner) for inner in part.parts]}
    named = {"name": part.custom} if part.custom else {}
    single = part.field in ("danger", "waiting_seconds", "age_seconds")
    values: Any = part.values[0] if single else list(part.values)
    return {"field": part.field, **named, part.operator: values}


def _leaves(part: Leaf | Group) -> Iterator[Leaf]:
    if isinstance(part, Leaf):
        yield part
        return
    for inner in part.parts:
        yield from _leaves(inner)


def _holds(
    part: Leaf | Group,
    facts: Facts,
    numbered: Mapping[int, int],
    said: Callable[[], frozenset[int]],
) -> bool:
    if isinstance(part, Leaf):
        return _is_true(part, facts, numbered, said)
    parts = (_holds(inner, facts, numbered, said) for inner in part.parts)
    if part.kind == "all":
        return all(parts)
    return any(parts) == (part.kind == "any")


def _is_true(
    leaf: Leaf,
    facts: Facts,
    numbered: Mapping[int, int],
    said: Callable[[], frozenset[int]],
) -> bool:
    if leaf.field == "text":
        return numbered[id(leaf)] in said()
    if leaf.operator == "is":
        return not facts.words.get(leaf.fact, frozenset()).isdisjoint(leaf.values)
    number = facts.numbers.get(leaf.field)
    if number is None:
        return False
    [bound] = leaf.values
    return bool(number >= bound if leaf.operator == "at_least" else number < bound)
