"""What an archive says of its job: the `key: value` lines of its summary, under the words of either version."""

from __future__ import annotations

from pathlib import Path

_LONGEST = 64 * 1024  # bytes
_FILES = ("summary.txt", "report.txt")  # since v23.12, and in v23.05


class Summary(dict[str, str]):
    """The lines of a summary by their names; what it does not say is an empty text."""

    @property
    def job_id(self) -> str:
        """The id of the job that it names."""
        return self._first("Analysis ID", "Id")

    @property
    def title(self) -> str:
        """The title of the job."""
        return self._first("Analysis Code", "Title")

    @property
    def cancer_type(self) -> str:
        """CGI's id of the cancer type."""
        return self._first("Cancer type")

    @property
    def reference(self) -> str:
        """The genome build."""
        return self._first("Reference genome", "Reference")

    @property
    def samples(self) -> str:
        """How many samples CGI counts."""
        return self._first("Total samples", "Samples")

    def _first(self, *names: str) -> str:
        return next(filter(None, map(self.get, names)), "")


def read_summary(folder: Path) -> Summary:
    """Read the summary of an unpacked archive; one that is not there says nothing."""
    path = next((folder / name for name in _FILES if (folder / name).is_file()), None)
    if path is None:
        return Summary()
    with path.open("rb") as file:
        lines = file.read(_LONGEST).decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines if ":" in line and not line.startswith("="))
    return Summary((key.strip(), value.strip()) for key, _, value in pairs)
