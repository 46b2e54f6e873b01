"""The linear learners, and scores for texts they have not seen."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from webcare.domain.topics.features import Ints
from webcare.domain.topics.vectors import Floats

MOST_FOLDS = 5
# With so many, three folds calibrate as well as five, in half the time.
MANY_EXAMPLES, FOLDS_OF_MANY = 5_000, 3
# Up to here multinomial logistic regression is two to three points better than the
# support vector machine (measured at 5 and 10 examples per topic on three sets);
# from here on it is no better and ten times slower.
FEW_EXAMPLES = 1_000
# liblinear's own. Measured on held-back parts of two training sets beside 1e-4: as many
# are right (89.7 and 84.3 %), in three quarters of the time.
TOLERANCE = 0.1


class Linear(NamedTuple):
    """`weights` of shape (pieces, topics) and `bias` of shape (topics,)."""

    weights: Floats
    bias: Floats


LOGISTIC = "logistic"


def learner_for(examples: int) -> str:
    return LOGISTIC if examples <= FEW_EXAMPLES else "svm"


def fit(vectors: csr_array | Floats, labels: Ints, learner: str) -> Linear:
    """Learn to tell the labels 0 … n-1 apart; every one of them must occur."""
    if learner == LOGISTIC:
        trained = LogisticRegression(C=10, tol=1e-3, max_iter=300)
    else:
        trained = LinearSVC(C=1, tol=TOLERANCE, random_state=0)
    trained.fit(vectors, labels)
    weights, bias = trained.coef_.T, trained.intercept_
    if len(bias) == 1:  # two topics share one plane
        weights, bias = np.hstack([-weights, weights]), np.hstack([-bias, bias])
    return Linear(
        np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32)
    )


def folds_of(labels: Ints) -> Ints:
    """The fold in which each example is held back; -1 for those that never are.

    Each topic's examples take turns, so that every fold sees every topic. A topic's
    only example is never held back, since nothing could then be learned of the topic.
    """
    counts = np.bincount(labels)
    most = FOLDS_OF_MANY if len(labels) > MANY_EXAMPLES else MOST_FOLDS
    folds = min(most, int(counts.max()))
    order = np.argsort(labels, kind="stable")
    place = np.empty_like(labels)
    place[order] = np.arange(len(labels)) - (np.cumsum(counts) - counts)[labels[order]]
    return np.where(counts[labels] > 1, (place + labels) % folds, -1)


def held_back_scores(
    vectors: csr_array | Floats,
    labels: Ints,
    folds: Ints,
    learner: str,
    told: Callable[[float], None] = lambda share: None,
) -> NDArray[np.float32]:
    """Scores for each example from a model that has not seen it.

    `told` hears which share of the folds is done.
    """
    scores = np.zeros((len(labels), labels.max() + 1), dtype=np.float32)
    count = folds.max() + 1
    for fold in range(count):
        held = folds == fold
        weights, bias = fit(vectors[~held], labels[~held], learner)
        scores[held] = vectors[held] @ weights + bias
        told((fold + 1) / count)
    return scores
