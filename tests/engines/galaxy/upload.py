"""Say which datatype Galaxy's upload gives a file, and whether a form takes it; runs with the Python of the engine.

upload.py FORMATS FILE...     FORMATS: those of the form's input, with commas; stdout: JSON of [datatype, taken] by file
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from galaxy.datatypes.registry import Registry  # type: ignore[import-not-found]
from galaxy.datatypes.upload_util import handle_upload  # type: ignore[import-not-found]
from galaxy.util.resources import files  # type: ignore[import-not-found]


def main() -> None:
    """Upload copies, since Galaxy changes what it is given."""
    registry = Registry()
    registry.load_datatypes("/", str(files("galaxy.config") / "sample" / "datatypes_conf.xml.sample"))
    formats = [registry.get_datatype_by_extension(name) for name in sys.argv[1].split(",")]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for path in map(Path, sys.argv[2:]):
            uploaded = handle_upload(
                registry, shutil.copy(path, Path(folder) / path.name), "auto", path.name, "", folder,
                check_content=True, link_data_only=False, in_place=True, auto_decompress=True,
                convert_to_posix_lines=True, convert_spaces_to_tabs=False,
            )  # fmt: skip
            datatype = registry.get_datatype_by_extension(uploaded[1])
            found[path.name] = [datatype.file_ext, datatype.matches_any(formats)]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
