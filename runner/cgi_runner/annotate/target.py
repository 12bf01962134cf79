"""The file that is annotated, and what is known of the results that it gets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cgi_runner.errors import InputError

LICENCE = "knowledge base CC BY-NC 4.0, research use only"


@dataclass(frozen=True)
class Target:
    """One file to annotate."""

    source: str
    """Its name, for messages."""
    samples: Mapping[str, str]
    """The samples of the results, by what the file may call them."""
    sample: str | None = None
    """The one that was asked for."""
    tumor_column: str | None = None
    """The sample column of a VCF to look at."""
    overwrite: bool = False
    """Whether annotations that are there already are replaced."""
    for_cbioportal: bool = False
    """Whether a MAF gets the columns that cBioPortal reads."""
    cancer_types: Mapping[str, str] = field(default_factory=dict)
    """What was asked for, by the samples of the results."""
    version: str = ""
    """CGI's version."""
    builds: frozenset[str] = frozenset()
    """The genome builds that rows may name; none where they may name any."""
    about: str = ""
    """Where the results come from, in words."""

    @property
    def stem(self) -> str:
        """The file's name without what tells its format, by which a sample without a name is sent."""
        return re.sub(r"(\.[A-Za-z]+)?(\.b?gz)?$", "", self.source)

    @property
    def origin(self) -> str:
        """Where the results come from, with what may be done with them."""
        return f"{self.about}; {LICENCE}"

    def refuse_existing(self, line: int, name: str) -> None:
        """Refuse a key or column that is there already, unless it is to be replaced.

        Args:
            line: Number of the line, from 1.
            name: The key or column.

        Raises:
            InputError: It is there, and is not to be replaced.

        """
        if not self.overwrite:
            raise InputError(
                f"{self.source}: line {line}: found {name}, expected a file without annotations of CGI",
                tip="replace them with --overwrite",
            )
