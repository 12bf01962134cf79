"""What users have (VCF, MAF, tables, HGVS, copy numbers, fusions) becomes what CGI takes, each row accounted for."""

from __future__ import annotations

from cgi_runner.inputs.model import Kind, Prepared, PreparedFile
from cgi_runner.inputs.preparation import prepare

__all__ = ["Kind", "Prepared", "PreparedFile", "prepare"]
