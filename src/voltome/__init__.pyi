from . import data, errors, filters, io, morphology, papers, registration, report, runtime, segmentation, study, twins

__all__ = [
    "data",
    "errors",
    "filters",
    "io",
    "morphology",
    "papers",
    "registration",
    "report",
    "runtime",
    "segmentation",
    "study",
    "twins",
]
