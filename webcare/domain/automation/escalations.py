"""Which actions are for the agents' hours, and about what."""

# What tells that a promise is near or past.
ESCALATING = frozenset({"warned", "breached"})
# What asks something of people, and waits until their queue opens. A notification
# does too, whatever it is about.
WAITING = frozenset({"priority", "route", "webhook"})
