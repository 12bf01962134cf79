"""CGI's cancer types: the table, codes of other lists (OncoTree, TCGA, ICD), resolution and search.

The ids, parents and names are those of CGI's own list of 2017, still in use in the results of v23.12.2 (2025).
`AOG` stands where some copies of that list repeat `AG`; `HISLC` has the spelling that results have used since.
Codes of OncoTree and TCGA look alike and are not CGI's: some are ids of another disease there (ES, SS, MPN).
"""

from cgi_runner.cancer_types.codes import LISTS, ListedCode, find_code, find_code_by_name, find_codes
from cgi_runner.cancer_types.index import search
from cgi_runner.cancer_types.resolution import Choice, choose, choose_code, choose_main_type, describe, resolve
from cgi_runner.cancer_types.table import CancerType, are_related, name_of, table

__all__ = [
    "LISTS",
    "CancerType",
    "Choice",
    "ListedCode",
    "are_related",
    "choose",
    "choose_code",
    "choose_main_type",
    "describe",
    "find_code",
    "find_code_by_name",
    "find_codes",
    "name_of",
    "resolve",
    "search",
    "table",
]
