"""What users have (VCF, MAF, tables, HGVS, copy numbers, fusions) becomes what CGI takes, each row accounted for."""

from __future__ import annotations

from cgi_runner.inputs.model import KINDS, Kind, Options, Prepared, PreparedFile
from cgi_runner.inputs.preparation import prepare

__all__ = ["KINDS", "Kind", "Options", "Prepared", "PreparedFile", "prepare"]
