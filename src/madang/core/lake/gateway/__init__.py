"""The lake's only door for files: any municipal file in, typed batches and a report out."""

from .reading import FileReading, read_file
from .records import ImportReport, Place, RejectedRow, ReportColumn

__all__ = ["FileReading", "ImportReport", "Place", "RejectedRow", "ReportColumn", "read_file"]
