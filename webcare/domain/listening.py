"""Is more said about a topic than before? Two counts, compared exactly."""

from django.db.models import TextChoices
from scipy.special import bdtr, bdtrc

LEAST = 5  # in both periods together: fewer say nothing
CERTAIN = 0.001  # the chance of being wrong where nothing has changed
MUCH = 1.5  # times as many, or as few, to be worth telling


class Trend(TextChoices):
    NEW = "new"
    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"


def trend_of(now: int, before: int, times: int) -> Trend:
    """Return how `now`, of one period, compares with `before`, of `times` such periods.

    If nothing had changed, each of them would be of the last period with a chance of
    1 / (1 + times): the conditional test of two Poisson means (Przyborowski and
    Wilenski, 1940). Talk comes in bursts, so it is a reason to look, not a proof.
    """
    both, chance = now + before, 1 / (1 + times)
    if both < LEAST:
        return Trend.STEADY
    if now * times >= MUCH * before and bdtrc(now - 1, both, chance) < CERTAIN:
        return Trend.NEW if not before else Trend.RISING
    if now * times * MUCH <= before and bdtr(now, both, chance) < CERTAIN:
        return Trend.FALLING
    return Trend.STEADY
