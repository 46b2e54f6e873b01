"""Which module speaks which platform's dialect."""

from conversations.adapters import generic
from conversations.adapters.base import Adapter

ADAPTERS: dict[str, Adapter] = {"generic": generic}
