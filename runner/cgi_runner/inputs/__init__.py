"""What users have (VCF, MAF, tables, HGVS, copy numbers, fusions) becomes what CGI takes, each row accounted for."""

from __future__ import annotations

from .model import Kind, Prepared, PreparedFile
from .preparation import prepare

__all__ = ["Kind", "Prepared", "PreparedFile", "prepare"]
