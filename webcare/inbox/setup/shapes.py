"""What a page of the set-up is made of: said once per noun, drawn by one template.

Addresses are those of the API, below `/api/v1/`. `{id}` is the thing of the page, any
other name in braces a member of a row, or an answer of the form that is sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as Lazy

from webcare.queries.people import Rights

if TYPE_CHECKING:
    from webcare.models import User

Text = str | Lazy
Pairs = tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    `name` is where the answer stands in the body, with dots between. `kind` says how
    it is asked and read; `choices` are pairs, or the name of a set in `choices.py`.
    `only` shows it while another question has one of some answers; `of` are the
    questions of one row, for kinds that have rows.
    """

    name: str
    label: Text
    kind: str = "text"
    help: Text = ""
    choices: str | Pairs = ()
    required: bool = False
    when: str = ""  # "add" or "edit"; both if empty
    only: tuple[str, ...] = ()
    of: tuple["Field", ...] = ()
    more: bool = False  # behind "More"
    least: int | None = None
    most: int | None = None
    value: str = ""  # to begin with
    sample: Text = ""
    per: int = 1  # seconds in one of what a length of time is kept in
    is_ordered: bool = False  # rows whose order counts


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: Text
    kind: str = "text"
    choices: str | Pairs = ()
    values: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A button of a row. `ask` has to be confirmed; `where` shows it for some rows.

    `told` is the member of the answer that nobody sees a second time.
    """

    label: Text
    method: str
    address: str
    ask: Text = ""
    done: Text = ""
    where: tuple[str, ...] = ()
    body: str = "{}"
    told: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows from the API, what is done with one, and what adds another.

    `within` is the member that holds them; `order` the address that takes their order.
    """

    address: str
    columns: tuple[Column, ...]
    key: str = "id"
    within: str = ""
    acts: tuple[Act, ...] = ()
    order: str = ""
    title: Text = ""
    about: Text = ""
    add: "Adding | None" = None


@dataclass(frozen=True, slots=True)
class Adding:
    """A form beside a list; `otherwise` is sent to where an answer is left open."""

    label: Text
    method: str
    address: str
    fields: tuple[Field, ...]
    otherwise: str = ""
    as_list: str = ""  # the answer that is sent as a bare list, one text per line


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form of its own beside a thing: what is there is asked for, then sent back."""

    title: Text
    address: str
    fields: tuple[Field, ...]
    method: str = "PUT"
    about: Text = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """Tries what the form says, and changes nothing."""

    address: str
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noun:
    """One page of the set-up: a list, a form to add, a page for each thing."""

    slug: str
    title: Text
    icon: str
    about: Text
    allowed: Callable[[Rights], bool]
    listing: Listing | None = None
    one: str = ""  # the address of one
    add_label: Text = ""
    fields: tuple[Field, ...] = ()
    begins_with: str = "{}"
    told: str = ""
    end: Act | None = None
    parts: tuple[Listing | Sheet, ...] = ()
    trial: Trial | None = None
    sheet: Sheet | None = None  # all there is in one form, above the list
    above: str = ""  # the template of that form
    extra: str = ""  # a template of its own, below the list
    beside: str = ""  # a template of its own, below the form of one
    docs: str = ""


Resolve = Callable[["User", str], list[tuple[str, Any]]]
