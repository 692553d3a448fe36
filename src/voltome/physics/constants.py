"""Constants of nature in the units of the field (CODATA 2018)."""

from __future__ import annotations

HC_KEV_UM = 1.239841984e-3
"""Planck's constant times the speed of light, in keV um: a wavelength in um is this over the energy in keV."""

ELECTRON_RADIUS_UM = 2.8179403262e-9
"""Classical radius of the electron, in um."""

AVOGADRO_PER_MOL = 6.02214076e23
"""Particles in a mole."""
