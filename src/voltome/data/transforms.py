"""Rigid motions: how one scan lies in the frame of another."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import _checks
from voltome.data._noun import Noun
from voltome.data._parameters import check_not_negative
from voltome.errors import ParameterError, ValuesError

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Transform(Noun):
    """A rigid motion that takes points of a moving scan to the frame of a fixed one.

    A point goes to ``R (point - centre_um) + centre_um + shift_um``, where R is the rotation by `rotation_deg`. All
    points and vectors are (z, y, x).

    Attributes
    ----------
    rotation_deg : tuple of float
        Rotation vector (z, y, x) in degrees: its direction is the axis, its length the angle. The right-hand rule holds
        with z, y, x taken as the first, second and third axis: a positive angle about z turns y towards x.
    shift_um : tuple of float
        What is added after the rotation, (z, y, x) in um: where the point at `centre_um` goes, less `centre_um`.
    centre_um : tuple of float
        The point (z, y, x) in um about which the rotation turns.
    residual_um : float, optional
        Root mean square distance in um by which parts of the scans miss each other after the motion; None: not
        measured.
    correlation : float, optional
        Correlation of the grey values after the motion, -1 to 1; None: not measured.
    region : str
        What the motion was found from and verified on, in words.
    history : tuple of str
        How it came about, oldest first.

    Raises
    ------
    ParameterError
        Numbers that are not three or not finite, a rotation beyond 360 degrees, a correlation outside -1 to 1.
    ValuesError
        A history that is no tuple of texts.

    Examples
    --------
    >>> import voltome as vt
    >>> turned = vt.data.Transform((90, 0, 0), shift_um=(0, 0, 5))
    >>> turned.apply([(0.0, 1.0, 0.0)]).round(9).tolist()
    [[0.0, 0.0, 6.0]]
    >>> turned.then(turned.inverse()).apply([(1.0, 2.0, 3.0)]).round(9).tolist()
    [[1.0, 2.0, 3.0]]
    """

    rotation_deg: Triple
    _: KW_ONLY
    shift_um: Triple = (0.0, 0.0, 0.0)
    centre_um: Triple = (0.0, 0.0, 0.0)
    residual_um: float | None = None
    correlation: float | None = None
    region: str = ""
    history: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("rotation_deg", "shift_um", "centre_um"):
            object.__setattr__(self, name, _three_numbers(name, getattr(self, name)))
        if math.hypot(*self.rotation_deg) > 360:
            raise ParameterError(
                f"rotation_deg is {self.rotation_deg}, a turn by {math.hypot(*self.rotation_deg):g} degrees; expected "
                f"at most 360: subtract whole turns."
            )
        if self.residual_um is not None:
            object.__setattr__(self, "residual_um", check_not_negative("residual_um", self.residual_um))
        if self.correlation is not None:
            object.__setattr__(self, "correlation", _checked_correlation(self.correlation))
        if not isinstance(self.region, str):
            raise ValuesError(f"region is {self.region!r}; expected a text.")
        object.__setattr__(self, "history", _checks.history(self.history))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The rotation as a matrix, shape (3, 3), for columns (z, y, x)."""
        return _matrix_of(self.rotation_deg).copy()

    def apply(self, points_um: Any) -> NDArray[np.float64]:
        """Return where points of the moving scan are in the frame of the fixed one, shape (..., 3) in um."""
        points = np.asarray(points_um, np.float64)
        if points.ndim == 0 or points.shape[-1] != 3:
            raise ParameterError(f"points_um has the shape {points.shape}; expected (..., 3), each point (z, y, x).")
        moved: NDArray[np.float64] = (points - self.centre_um) @ _matrix_of(self.rotation_deg).T + np.add(
            self.centre_um, self.shift_um
        )
        return moved

    def inverse(self) -> Transform:
        """Return the motion that takes points of the fixed scan to the frame of the moving one."""
        return Transform(
            triple(-np.asarray(self.rotation_deg)),
            shift_um=triple(-self.matrix.T @ self.shift_um),
            centre_um=self.centre_um,
            residual_um=self.residual_um,
            correlation=self.correlation,
            region=self.region,
            history=(*self.history, "inverse"),
        )

    def then(self, other: Transform) -> Transform:
        """Return this motion followed by `other`, about the same centre as this one.

        The residuals are taken as independent and add in squares; what was not measured for one of the two is None.
        """
        from scipy.spatial.transform import Rotation

        rotation = Rotation.from_matrix(other.matrix @ self.matrix).as_rotvec(degrees=True)
        shift = other.apply(np.add(self.centre_um, self.shift_um)) - self.centre_um
        known = None if self.residual_um is None or other.residual_um is None else (self.residual_um, other.residual_um)
        return Transform(
            triple(rotation),
            shift_um=triple(shift),
            centre_um=self.centre_um,
            residual_um=None if known is None else math.hypot(*known),
            region="; then ".join(text for text in (self.region, other.region) if text),
            history=(*self.history, "then", *other.history),
        )


@lru_cache(maxsize=64)  # thousands of solids of a scene are moved by one motion, each alone
def _matrix_of(rotation_deg: Triple) -> NDArray[np.float64]:
    """Return the matrix of a rotation vector in degrees; not to be written to."""
    from scipy.spatial.transform import Rotation

    matrix: NDArray[np.float64] = Rotation.from_rotvec(rotation_deg, degrees=True).as_matrix()
    matrix.setflags(write=False)
    return matrix


def triple(numbers: NDArray[np.float64]) -> Triple:
    """Return an array of three as floats; -0 becomes 0."""
    z, y, x = (float(number) + 0.0 for number in numbers)
    return z, y, x


def _three_numbers(name: str, value: Any) -> Triple:
    """Return three finite floats."""
    numbers = np.asarray(value, dtype=object).ravel().tolist() if isinstance(value, tuple | list | np.ndarray) else []
    plain = [number for number in numbers if isinstance(number, int | float | np.integer | np.floating)]
    if len(numbers) != 3 or len(plain) != 3 or not all(map(math.isfinite, plain)) or True in map(_is_bool, plain):
        raise ParameterError(f"{name} is {value!r}; expected three finite numbers (z, y, x).")
    return triple(np.asarray(plain, np.float64))


def _is_bool(value: Any) -> bool:
    """Say whether `value` is True or False, which are no numbers here."""
    return isinstance(value, bool)


def _checked_correlation(value: Any) -> float:
    """Return a correlation from -1 to 1; a last digit beyond, as sums leave it, is cut."""
    number = isinstance(value, int | float | np.floating) and not isinstance(value, bool)
    if not number or not abs(value) <= 1 + 1e-9:
        raise ParameterError(
            f"correlation is {value!r}; expected a number from -1 to 1, or None where it is not known."
        )
    return max(-1.0, min(1.0, float(value)))
