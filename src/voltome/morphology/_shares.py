"""How sure a share is that was found in a number of independent draws."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Annotated, Any

from annotated_types import Gt, Lt

from voltome.errors import ParameterError

Confidence = Annotated[float, Gt(0), Lt(1)]


def check_confidence(value: Any) -> float:
    """Return a confidence level between 0 and 1, and refuse anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise ParameterError(f"confidence is {value!r}; expected a number above 0 and below 1, such as 0.95.")
    return float(value)


def wilson_interval(share: float, total: float, confidence: float) -> tuple[float, float]:
    """Return the ends of Wilson's score interval of a share found in `total` independent draws.

    Examples
    --------
    >>> low, high = wilson_interval(5 / 10, 10, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.237, 0.763)
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    # rounding must not put the share itself outside
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))
