"""Learning codes from coded texts: TF-IDF and one linear model for each code (scikit-learn), kept nowhere."""

import re
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

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
    if not texts:
        return found
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_features=50_000)
    try:
        features = csr_matrix(vectorizer.fit_transform([example.text for example in known]))
    except ValueError:  # not one word in all of them
        return found
    asked = csr_matrix(vectorizer.transform(texts))
    names = vectorizer.get_feature_names_out()
    for code in sorted({code for example in known for code in example.codes}):
        has_code = np.array([code in example.codes for example in known])
        if min(has_code.sum(), (~has_code).sum()) < _FEWEST_OF_A_CODE:
            continue
        model = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear", random_state=0)
        model.fit(features, has_code)
        scores = model.predict_proba(asked)[:, 1]
        sure = np.flatnonzero(scores >= _LEAST_SCORE)
        alike = _alike(asked, sure, features, np.flatnonzero(has_code))
        for place, near in zip(sure, alike, strict=True):
            weights = asked[int(place)].multiply(model.coef_[0]).tocsr()
            words = [names[at] for at in weights.indices[np.argsort(-weights.data)] if weights[0, at] > 0]
            places = _places(texts[place], words)
            if not places:  # nothing in it speaks for the code
                continue
            found[place].append(
                Learned(
                    code=code,
                    score=float(scores[place]),
                    words=places,
                    alike=[known[at].post for at in near],
                )
            )
    return [sorted(ones, key=lambda one: -one.score)[:_MOST_CODES] for ones in found]


def _alike(asked: csr_matrix, sure: np.ndarray, known: csr_matrix, coded: np.ndarray) -> list[list[int]]:
    """For each of the sure ones the nearest among those that have the code, by cosine."""
    found = []
    with_code = known[coded].T
    for start in range(0, len(sure), _CHUNK):
        near = csr_matrix(asked[sure[start : start + _CHUNK]] @ with_code)
        for row in range(near.shape[0]):
            line = near[row]
            order = np.argsort(-line.data)[:_MOST_ALIKE]
            found.append([int(coded[line.indices[at]]) for at in order if line.data[at] >= _LEAST_ALIKE])
    return found


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
