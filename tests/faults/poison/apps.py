from django.apps import AppConfig


class PoisonConfig(AppConfig):
    name = "tests.faults.poison"

    def ready(self) -> None:
        from conversations.adapters.registry import ADAPTERS
        from tests.faults.poison import adapter

        ADAPTERS["poison"] = adapter
