import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest

from conftest_report import FRACTION, PHASE, SCAN, Images
from voltome.data import Column, ParticleImage, PhaseImage, ResultTable, Volume
from voltome.errors import GeometryError, PhaseError, ValuesError
from voltome.report import (
    figure_comparison,
    figure_histogram,
    figure_profile,
    figure_size_distribution,
    figure_slices,
    figure_subvolumes,
    figure_sweep,
    phase_colours,
    png_bytes,
    svg_bytes,
)
from voltome.report.style import MM, PHASE_COLOURS, particle_colours, round_length, scan_colours
