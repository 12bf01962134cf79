"""Sources of CGI's as text and links. What fits a known form becomes a link; all else stays the text that it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_LINK = re.compile(
    r"(?P<pmid>\bPMID: ?(?P<pmid_id>\d{1,9})\b)"
    r"|(?P<nct>\bNCT\d{8}\b)"
    r"|(?P<clinvar>\bclinvar:(?P<clinvar_id>\d{1,12})\b)"
    r"|(?P<url>https?://[^\s\"'<>;|,]+)"
)
_CIVIC = re.compile(r"https?://civicdb\.org/links/(evidence_item|molecular_profile)s/(\d{1,9})")
#: Who publishes at a host, as short as a table needs it.
_PUBLISHERS = {
    "fda.gov": "FDA label",
    "civicdb.org": "CIViC",
    "nccn.org": "NCCN",
    "oncokb.org": "OncoKB",
    "asco.org": "ASCO",
    "ascopubs.org": "ASCO",
    "ema.europa.eu": "EMA",
    "clinicaltrials.gov": "ClinicalTrials.gov",
    "nih.gov": "NIH",
}
#: Words before a link that say no more than its label.
_REPEATED = {"fda", "nccn", "oncokb", "oncokb: oncokb", "asco", "civic", "ema"}


@dataclass(frozen=True)
class Piece:
    """A piece of a source: its text, and where it leads if it is a link."""

    text: str
    href: str = ""


def split_links(text: str) -> list[Piece]:
    """Take a source apart into texts and links, in its order."""
    pieces: list[Piece] = []
    for item in text.split(";"):
        if item.strip():
            pieces += [*([Piece("; ")] if pieces else []), *_split_item(item.strip())]
    return pieces


def _split_item(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    end = 0
    for match in _LINK.finditer(text):
        link = _link(match)
        before = text[end : match.start()]
        end = match.end()
        if before and not (link and before.strip(" :=,").casefold() in _REPEATED):
            pieces.append(Piece(before))
        pieces.append(link or Piece(match[0]))
    return [*pieces, *([Piece(text[end:])] if text[end:] else [])]


def _link(match: re.Match[str]) -> Piece | None:
    if number := match["pmid_id"]:
        return Piece(f"PMID {number}", f"https://pubmed.ncbi.nlm.nih.gov/{number}/")
    if trial := match["nct"]:
        return Piece(trial, f"https://clinicaltrials.gov/study/{trial}")
    if number := match["clinvar_id"]:
        return Piece(f"ClinVar {number}", f"https://www.ncbi.nlm.nih.gov/clinvar/variation/{number}/")
    return _url(match["url"])


def _url(url: str) -> Piece | None:
    """Return the link for an address, named after its host and never after what stands before an `@`."""
    if not (url.isascii() and url.isprintable()):
        return None
    if civic := _CIVIC.fullmatch(url):
        return Piece(f"CIViC {'profile ' if civic[1] == 'molecular_profile' else ''}{civic[2]}", url)
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    name = next((name for end, name in _PUBLISHERS.items() if host == end or host.endswith(f".{end}")), host)
    return Piece(name, url) if name else None
