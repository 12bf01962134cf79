#!/usr/bin/env python3
"""Make results that came as a zip readable for cgi-runner, and print where they are.

A results folder, as the tools of this suite keep it, is unpacked; an archive as CGI made it is linked as it is, because
cgi-runner reads and checks such archives itself.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

#: Records that only output folders of cgi-runner have, at the top of the zip.
RECORDS = ("cgi-job.json", "cohort.json")
#: A zip that unpacks to more than this, and to more than so many times its own size, is no results folder.
MAX_BYTES = 2 * 1024**3
MAX_RATIO = 200


class ResultsZipError(Exception):
    """The zip cannot be used; the message says why."""


def main(argv: list[str] | None = None) -> int:
    """Print the path of the results; 2 if there are none."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("zip", type=Path, help="a results folder or an archive of CGI")
    parser.add_argument("target", type=Path, help="folder to unpack to; an archive becomes TARGET.zip")
    arguments = parser.parse_args(argv)
    try:
        print(open_results(arguments.zip, arguments.target))  # noqa: T201 - the command line reads it
    except ResultsZipError as error:
        sys.stderr.write(f"ERROR {error}\n")
        return 2
    return 0


def open_results(path: Path, target: Path) -> Path:
    """Unpack a results folder, or link an archive.

    Args:
        path: The zip.
        target: The folder to make; it does not exist.

    Returns:
        The folder, or the link.

    Raises:
        ResultsZipError: It is no zip, damaged, or unpacks to far more than results have.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(path) as archive:
            if set(RECORDS).isdisjoint(archive.namelist()):
                link = target.with_name(f"{target.name}.zip")
                link.symlink_to(path.resolve())
                return link
            size = sum(member.file_size for member in archive.infolist())
            if size > max(MAX_BYTES, MAX_RATIO * path.stat().st_size):
                raise ResultsZipError(f"{target.name} would unpack to {size} bytes, which no results have")
            # Names that climb out of the folder lose their way there, and links become files: see zipfile.
            archive.extractall(target)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ResultsZipError(f"{target.name} is no intact zip, expected a results folder or an archive") from error
    return target


if __name__ == "__main__":
    sys.exit(main())
