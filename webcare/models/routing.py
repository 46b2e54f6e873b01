from django.db import models
from django.db.models.functions import Now


class AuthorList(models.Model):
    """Authors that rules speak of together: the press, those who call every day."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class ListedAuthor(models.Model):
    """One author on one list."""

    author_list = models.ForeignKey(
        AuthorList, models.CASCADE, related_name="listed", db_index=False
    )
    author = models.ForeignKey("conversations.Author", models.CASCADE, related_name="+")
    listed_at = models.DateTimeField(db_default=Now(), editable=False)
    listed_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="author_is_listed_once", fields=["author_list", "author"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_list_id} {self.author_id}"


class RoutingVersion(models.Model):
    """The routing table as it was once saved; written once, and never changed."""

    number = models.PositiveIntegerField(unique=True)
    # The rules in their order, with names as clients know them, and the ids that
    # tickets name as the reason why they wait where they do.
    rules = models.JSONField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"v{self.number}"
