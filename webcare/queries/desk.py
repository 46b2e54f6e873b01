"""What this desk is called."""

from typing import NamedTuple

from webcare.models import DeskSetting

UNNAMED = "Webcare"


class DeskNamed(NamedTuple):
    """A desk as its pages say it; `language` is that of who is added without one."""

    name: str = UNNAMED
    language: str = ""
    is_demo: bool = False


def desk_named() -> DeskNamed:
    """Return what the desk is called; one without a name says the product's.

    One statement.
    """
    found = DeskSetting.objects.values_list(*DeskNamed._fields).first()
    return DeskNamed(*(found or ()))
