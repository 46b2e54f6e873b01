"""Every view says which scope a token needs; who says nothing is closed."""

from typing import Any

from django.http import HttpRequest
from rest_framework.permissions import BasePermission

from webcare.domain.tokens import Scope
from webcare.queries.tokens import Holder

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Denied(BasePermission):
    """The default: a view that forgot to say who may enter lets nobody in."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return False


class _Scoped(BasePermission):
    """A signed-in person, or a token with the scope; roles are asked by the actions."""

    reading: Scope
    writing: Scope

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.user is None or not request.user.is_authenticated:
            return False
        holder = request.auth
        if not isinstance(holder, Holder):
            return True
        return self.needed(request) in holder.scopes

    def needed(self, request: HttpRequest) -> Scope:
        return self.reading if request.method in SAFE else self.writing


class Desk(_Scoped):
    """Reads with `read`, changes with `write`."""

    reading = Scope.READ
    writing = Scope.WRITE


class Asking(_Scoped):
    """A POST that only asks."""

    reading = writing = Scope.READ


class SetUp(_Scoped):
    """The desk's set-up: read with `read`, changed with `admin`."""

    reading = Scope.READ
    writing = Scope.ADMIN


class Administration(_Scoped):
    """Not even read without `admin`."""

    reading = writing = Scope.ADMIN
