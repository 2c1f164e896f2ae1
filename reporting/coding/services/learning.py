"""Learning codes from coded texts: TF-IDF and one linear model for each code (scikit-learn), kept nowhere."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]
Weights = NDArray[np.float64]

_FEWEST_OF_A_CODE = 5
_LEAST_SCORE = 0.5
_MOST_CODES = 3
_MOST_WORDS = 4
_MOST_ALIKE = 5
_LEAST_ALIKE = 0.1
_CHUNK = 1_000
# As the vectorizer's own: words of two letters and more.
_WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True, slots=True)
class Example:
    """A contribution with the codes that hold for it."""

    post: UUID
    text: str
    codes: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Learned:
    """A code for a text: how sure, where the words that weigh stand, and the coded texts nearest to it."""

    code: UUID
    score: float
    words: list[list[int]]
    alike: list[UUID]


def learned(known: list[Example], texts: list[str]) -> list[list[Learned]]:
    """For each text up to three codes, the surest first. A code given to fewer than five teaches nothing."""
    found: list[list[Learned]] = [[] for _text in texts]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=20_000)
    try:
        features = csr_matrix(vectorizer.fit_transform([example.text for example in known]))
        asked = csr_matrix(vectorizer.transform(texts))
    except ValueError:  # nothing is asked, or there is not one word in all of them
        return found
    codes = _taught(known)
    names = vectorizer.get_feature_names_out()
    models = [_model(features, np.array([code in example.codes for example in known])) for code in codes]
    scores = np.array([model.predict_proba(asked)[:, 1] for model in models]).reshape(len(codes), len(texts))
    surest = np.argsort(-scores, axis=0)[:_MOST_CODES]
    for place, code in enumerate(codes):
        sure = np.flatnonzero((surest == place).any(axis=0) & (scores[place] >= _LEAST_SCORE))
        coded = np.array([at for at, example in enumerate(known) if code in example.codes])
        weights = models[place].coef_[0]
        for row, near in zip(sure, _alike(asked, sure, features, coded), strict=True):
            words = _places(texts[row], [names[at] for at in _weighty(asked, int(row), weights)])
            if words:  # otherwise nothing in it speaks for the code
                alike = [known[at].post for at in near]
                found[row].append(Learned(code, float(scores[place, row]), words, alike))
    return [sorted(ones, key=lambda one: -one.score) for ones in found]


def _taught(known: list[Example]) -> list[UUID]:
    """Codes with enough contributions that have them, and enough that have not."""
    counts = Counter(code for example in known for code in example.codes)
    most = len(known) - _FEWEST_OF_A_CODE
    return sorted(code for code, count in counts.items() if _FEWEST_OF_A_CODE <= count <= most)


def _model(features: csr_matrix, has_code: Flags) -> LogisticRegression:
    model = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear", tol=0.01, random_state=0)
    model.fit(features, has_code)
    return model


def _weighty(asked: csr_matrix, row: int, weights: Weights) -> list[int]:
    """Features of a text that speak for a code, the heaviest first."""
    start, end = asked.indptr[row], asked.indptr[row + 1]
    features = asked.indices[start:end]
    pulls = asked.data[start:end] * weights[features]
    return [int(features[at]) for at in np.argsort(-pulls)[: 3 * _MOST_WORDS] if pulls[at] > 0]


def _alike(asked: csr_matrix, sure: Places, known: csr_matrix, coded: Places) -> Iterator[list[int]]:
    """For each of the sure ones the nearest among those that have the code, by cosine."""
    with_code = known[coded].T
    for first in range(0, len(sure), _CHUNK):
        near = csr_matrix(asked[sure[first : first + _CHUNK]] @ with_code)
        for start, end in pairwise(near.indptr):
            values, places = near.data[start:end], near.indices[start:end]
            order = np.argsort(-values)[:_MOST_ALIKE]
            yield [int(coded[places[at]]) for at in order if values[at] >= _LEAST_ALIKE]


def _places(text: str, words: list[str]) -> list[list[int]]:
    """Where the words (or pairs of words) stand first in the text, none inside another."""
    tokens = [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(text)]
    places: list[list[int]] = []
    for wanted in words:
        parts = wanted.split(" ")
        for at in range(len(tokens) - len(parts) + 1):
            if [token for token, _start, _end in tokens[at : at + len(parts)]] == parts:
                start, end = tokens[at][1], tokens[at + len(parts) - 1][2]
                if all(end <= before or start >= after for before, after in places):
                    places.append([start, end])
                break
        if len(places) == _MOST_WORDS:
            break
    return places
