"""Many migrations as one, for a database that is new.

Each change of a model lets Django make all models anew that hang together with it;
after a hundred migrations that takes longer than everything else in a first start.
"""

from importlib import import_module
from typing import Any

from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation, OperationCategory

Replaced = list[tuple[str, str]]


class CreateAll(Operation):
    """Create, in one go, the tables as they are after all of the `replaced`."""

    category = OperationCategory.ADDITION
    reversible = False

    def __init__(self, replaced: Replaced) -> None:
        self.replaced = replaced

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Models that were made already would be made again for every change.
        state.__dict__.pop("apps", None)
        for operation in _operations(app_label, self.replaced):
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for model in to_state.apps.get_app_config(app_label).get_models():
            schema_editor.create_model(model)

    def describe(self) -> str:
        return f"Create all tables of {self.replaced[-1][1]}"


def kept(app_label: str, names: list[str]) -> list[Operation]:
    """Return the SQL of these migrations, in order: triggers, functions, storage."""
    replaced = [(app_label, name) for name in names]
    return [o for o in _operations(app_label, replaced) if isinstance(o, RunSQL)]


def _operations(app_label: str, replaced: Replaced) -> list[Operation]:
    return [
        operation
        for _, name in replaced
        for operation in import_module(
            f"{app_label}.migrations.{name}"
        ).Migration.operations
    ]
