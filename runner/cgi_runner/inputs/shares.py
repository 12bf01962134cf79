"""Columns with the shares of reads of several samples side by side, such as P1_VAF and P2_VAF.

Each row would be sent as one sample's, whichever of them has the allele.
"""

from __future__ import annotations

import re

from cgi_runner.inputs.columns import Header
from cgi_runner.inputs.lazy_pattern import LazyPattern
from cgi_runner.inputs.problems import quote

_SHARE = LazyPattern(r"(?:(.+)[\W_])?VAF(?:[\W_](.+))?", re.IGNORECASE)
#: What is no sample's name beside a share: a role, a kind of data, a measure, a caller, a population.
_OTHER = LazyPattern(
    r"t(umou?r)?|n(ormal)?|germline|control|somatic|sample|[dr]na|w[eg]s|panel|umi|raw|adj(usted)?|corr(ected)?|min"
    r"|max|mean|median|avg|average|sd|std|ci|lower|upper|low|high|expected|observed|percent|pct|gnomad|exac|pop|\w+_af"
    r"|mutect2?|strelka2?|varscan2?|vardict|muse|lofreq|freebayes|pindel|dragen|sage|tnscope|caller|callers|filter"
    r"|snvs?|indels?|ref|alt|\d+",
    re.IGNORECASE,
)


def check_shares(header: Header) -> None:
    """Raise InputError if a table without a column of samples has shares of several.

    Args:
        header: Its header.

    """
    found: dict[str, str] = {}
    for name in header.names:
        if share := _SHARE.fullmatch(name):
            words = [word for word in re.split(r"[\W_]+", f"{share[1] or ''} {share[2] or ''}") if word]
            sample = " ".join(word for word in words if not _OTHER.fullmatch(word))
            if sample:
                found.setdefault(sample.casefold(), name)
    if len(found) > 1:
        shown = ", ".join(map(quote, list(found.values())[:4]))
        header.source.problems.abort(
            f"line {header.line}: found columns of several samples ({shown}), expected one sample in each row",
            tip="give a table of one sample each, or --sample NAME if all of them are of one",
        )
