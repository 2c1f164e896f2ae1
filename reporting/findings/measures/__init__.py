"""What the counts say, and how sure that is. Pure: numbers come in, estimates go out."""

from reporting.findings.measures.ranking import Exposure, Ratio, ratio
from reporting.findings.measures.strength import Votes, consensus_of, division_of, wilson
from reporting.findings.measures.trends import Shift, days_between, shift

__all__ = [
    "Exposure",
    "Ratio",
    "Shift",
    "Votes",
    "consensus_of",
    "days_between",
    "division_of",
    "ratio",
    "shift",
    "wilson",
]
