"""Is more said about a topic than before? Two counts, compared exactly."""

from math import exp, lgamma, log

from django.db.models import TextChoices

LEAST = 5  # in both periods together: fewer say nothing
CERTAIN = 0.001  # the chance of being wrong where nothing has changed
MUCH = 1.5  # times as many, or as few, to be worth telling
_NOTHING = 1e-12  # of a sum, that leaves it what it is


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
    if now * times >= MUCH * before and _at_least(now, both, chance) < CERTAIN:
        return Trend.NEW if not before else Trend.RISING
    if now * times * MUCH <= before and _at_least(before, both, 1 - chance) < CERTAIN:
        return Trend.FALLING
    return Trend.STEADY


def _at_least(few: int, of: int, chance: float) -> float:
    """How likely at least `few` of `of` are, when that is more than is usual.

    The terms of the tail shrink from the first on, by as much as `few` is too many.
    Said here because scipy, for these sums alone, took a seventh of a web process.
    """
    ways = lgamma(of + 1) - lgamma(few + 1) - lgamma(of - few + 1)
    term = exp(ways + few * log(chance) + (of - few) * log(1 - chance))
    total, odds = 0.0, chance / (1 - chance)
    while few <= of and term > total * _NOTHING:
        total += term
        term *= (of - few) / (few + 1) * odds
        few += 1
    return total
