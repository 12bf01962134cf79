"""A study folder for cBioPortal: the annotated MAF, copy numbers and fusions, and the files that describe them.

Names of files and fields are those of cBioPortal's file formats. What is not known is not written: no patient but the
sample itself, no survival, no gene panel.
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cgi_runner.annotate.cbioportal import COLUMNS, DRIVER_COLUMNS, NAMESPACE, check_sample_ids, driver_columns
from cgi_runner.annotate.fields import DRIVER, DRUGS, LEVELS, PREFIX
from cgi_runner.annotate.structural import KNOWN_IN, ROLE, StructuralRow
from cgi_runner.cancer_types import name_of
from cgi_runner.errors import InputError
from cgi_runner.inputs.problems import printable, quote, quote_names

log = logging.getLogger(__name__)

MUTATIONS = "data_mutations.txt"
NEEDED = (
    ("Hugo_Symbol",),
    ("Variant_Classification",),
    ("Tumor_Sample_Barcode",),
    ("HGVSp_Short", "Amino_Acid_Change"),
)
"""Columns that cBioPortal's mutations must have, of each group one."""
_GENOMES = frozenset(("hg19", "hg38"))
_VALUES = {"AMP": "2", "DEL": "-2"}
_NCBI = {"hg19": "GRCh37", "hg38": "GRCh38"}
_KEYS = ("CGI_Summary", DRIVER, ROLE, KNOWN_IN, *LEVELS.values(), DRUGS)
_STRUCTURAL_COLUMNS = tuple(COLUMNS.get(key, NAMESPACE + key.removeprefix(PREFIX)) for key in _KEYS)
_CLINICAL = {
    "PATIENT_ID": ("Patient", "Name of the sample; the results name no patients"),
    "SAMPLE_ID": ("Sample", "Sample"),
    "CGI_CANCER_TYPE": ("CGI cancer type", "Cancer type that was submitted"),
    "CANCER_TYPE": ("Cancer Type", "Name of the cancer type that was submitted"),
}
_LISTS = {
    "sequenced": ("all_cases_with_mutation_data", "Samples with mutation data"),
    "cna": ("all_cases_with_cna_data", "Samples with copy-number data"),
    "sv": ("all_cases_with_sv_data", "Samples with structural-variant data"),
}
_PROFILES = {
    "mutations": ("MUTATION_EXTENDED", "MAF", "mutations", "Mutations", MUTATIONS),
    "cna": ("COPY_NUMBER_ALTERATION", "DISCRETE_LONG", "cna", "Copy-number alterations that CGI returned",
            "data_cna.txt"),
    "sv": ("STRUCTURAL_VARIANT", "SV", "structural_variants", "Fusions that CGI returned", "data_sv.txt"),
}  # fmt: skip


@dataclass(frozen=True)
class Study:
    """What a study is made of."""

    title: str
    origin: str
    """Where the results come from and what may be done with them."""
    version: str
    """CGI's."""
    reference: str
    names: Mapping[str, str]
    """By sample of the results, what the study calls it; samples of the MAF that the results do not know, too."""
    cancer_types: Mapping[str, str]
    """By sample of the results."""
    sequenced: Sequence[str]
    """The samples, as the study calls them, whose mutations were interpreted or stand in the MAF."""
    with_cnas: Sequence[str] = ()
    with_fusions: Sequence[str] = ()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Provide a folder to write a study to, which gets its name when all is written.

    Raises:
        InputError: There is something under that name already.

    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(
            f"--study: found {quote(path.name)}, expected a new or an empty folder", tip="name another folder"
        )
    part = path.with_name(f".{path.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        part.rename(path)
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}", tip="choose another --study") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_study(folder: Path, identifier: str, study: Study, rows: Iterable[StructuralRow]) -> None:
    """Write all files of a study beside the MAF that is there already.

    Args:
        folder: The folder, which holds `MUTATIONS`.
        identifier: Name to identify the study by, which is made fit for it.
        study: What the study is made of.
        rows: The copy numbers and fusions of the results.

    Raises:
        InputError: cBioPortal does not take a name of a sample.

    """
    check_sample_ids(study.names.values(), "the results")
    identifier = re.sub(r"[^a-z0-9_-]+", "_", identifier.lower()).strip("_") or "cgi"
    cnas, fusions = _tables(rows, study)
    profiles = ["mutations"]
    for profile, table in (("cna", cnas), ("sv", fusions)):
        if len(table) > 1:
            _write_table(folder / _PROFILES[profile][-1], table)
            profiles.append(profile)
    for profile in profiles:
        _write_profile(folder, identifier, profile, study)
    cancer_type = _write_cancer_type(folder, study)
    meta = {
        "type_of_cancer": cancer_type,
        "cancer_study_identifier": identifier,
        "name": f"{study.title} (CGI)",
        "description": f"Interpreted by {study.origin}",
        "add_global_case_list": "true",
    }
    if study.reference in _GENOMES:
        meta["reference_genome"] = study.reference
    _write_meta(folder / "meta_study.txt", meta)
    _write_clinical(folder, identifier, study)
    lists = {"sequenced": study.sequenced}
    lists |= {name: ids for name, ids in (("cna", study.with_cnas), ("sv", study.with_fusions)) if name in profiles}
    (folder / "case_lists").mkdir()
    for name, ids in lists.items():
        category, text = _LISTS[name]
        about = {"cancer_study_identifier": identifier, "stable_id": f"{identifier}_{name}", "case_list_name": text}
        about |= {"case_list_description": f"{text} ({len(set(ids))})", "case_list_category": category}
        # Names are separated by tabs, which `_write_meta` would take for blanks.
        _write_meta(folder / "case_lists" / f"cases_{name}.txt", about, f"case_list_ids: {_join_ids(ids)}\n")
    log.info(
        "%s: study %s: samples: %d, each as a separate patient; complete PATIENT_ID in data_clinical_sample.txt",
        printable(folder.name.removeprefix(".").removesuffix(".part")), identifier, len(set(study.names.values())),
    )  # fmt: skip


def _join_ids(ids: Iterable[str]) -> str:
    return "\t".join(sorted(set(ids)))


def _tables(rows: Iterable[StructuralRow], study: Study) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    """Return the tables of copy numbers and of fusions, with their headers."""
    cnas: dict[tuple[str, str], Sequence[str]] = {}
    fusions: dict[tuple[str, ...], Sequence[str]] = {}
    build = _NCBI.get(study.reference, "")
    contradicted: list[str] = []
    unread: list[str] = []
    for row in rows:
        sample = study.names.get(row.sample, row.sample)
        words = [row.values.get(key, "") for key in _KEYS]
        if row.kind == "fusion":
            left, _, right = row.gene.partition("__")
            cells = (sample, "SOMATIC", left, right, build, f"{left}-{right} fusion" if right else left)
            fusions.setdefault(cells, (*cells, *words))
        elif row.change not in _VALUES:
            unread.append(f"{row.gene} {row.change}")
        else:
            calls = driver_columns(row.values, study.version, study.cancer_types.get(row.sample, ""))
            value = _VALUES[row.change]
            if cnas.setdefault((sample, row.gene), (row.gene, sample, value, *calls, *words))[2] != value:
                contradicted.append(f"{row.gene} of {sample}")
    if contradicted:
        log.warning("warning: genes with both AMP and DEL in one sample, only the first is written: %s",
                    quote_names(contradicted))  # fmt: skip
    if unread:
        log.warning("warning: copy numbers that are neither AMP nor DEL are not written: %s", quote_names(unread))
    cna_names = ("Hugo_Symbol", "Sample_Id", "Value", *DRIVER_COLUMNS, *_STRUCTURAL_COLUMNS)
    fusion_names = ("Sample_Id", "SV_Status", "Site1_Hugo_Symbol", "Site2_Hugo_Symbol", "NCBI_Build", "Event_Info")
    return [cna_names, *cnas.values()], [(*fusion_names, *_STRUCTURAL_COLUMNS), *fusions.values()]


def _write_profile(folder: Path, identifier: str, profile: str, study: Study) -> None:
    kind, datatype, stable_id, name, data = _PROFILES[profile]
    about = {
        "cancer_study_identifier": identifier,
        "genetic_alteration_type": kind,
        "datatype": datatype,
        "stable_id": stable_id,
        "show_profile_in_analysis_tab": "true",
        "profile_name": name,
        "profile_description": f"With the results of {study.origin}",
        "data_filename": data,
        "namespaces": NAMESPACE.removesuffix("."),
    }
    _write_meta(folder / f"meta_{profile}.txt", about)


def _write_cancer_type(folder: Path, study: Study) -> str:
    """Define the cancer type of the study under a name of its own, so that none of the portal's is changed."""
    asked = sorted({study.cancer_types.get(sample, "") for sample in study.names} - {""})
    known = asked[0] if len(asked) == 1 else ""
    identifier = f"cgi_{known.lower()}" if known else "cgi_mixed"
    name = f"{name_of(known) or known} (CGI)" if known else "Several cancer types (CGI)"
    about = {"genetic_alteration_type": "CANCER_TYPE", "datatype": "CANCER_TYPE", "data_filename": "cancer_type.txt"}
    _write_meta(folder / "meta_cancer_type.txt", about)
    _write_table(folder / "cancer_type.txt", [(identifier, name, "Gainsboro", "tissue")])
    return identifier


def _write_clinical(folder: Path, identifier: str, study: Study) -> None:
    about = {
        "cancer_study_identifier": identifier,
        "genetic_alteration_type": "CLINICAL",
        "datatype": "SAMPLE_ATTRIBUTES",
        "data_filename": "data_clinical_sample.txt",
    }
    _write_meta(folder / "meta_clinical_sample.txt", about)
    shown, told = zip(*_CLINICAL.values(), strict=True)
    width = len(_CLINICAL)
    rows = [(f"#{shown[0]}", *shown[1:]), (f"#{told[0]}", *told[1:]), ("#STRING", *["STRING"] * (width - 1))]
    rows += [("#1", *["1"] * (width - 1)), tuple(_CLINICAL)]
    for sample, name in sorted(study.names.items(), key=lambda each: each[1]):
        asked = study.cancer_types.get(sample, "")
        rows.append((name, name, asked or "NA", (name_of(asked) or asked) or "NA"))
    _write_table(folder / "data_clinical_sample.txt", rows)


def _write_meta(path: Path, about: Mapping[str, str], more: str = "") -> None:
    lines = [f"{name}: {' '.join(text.split())}\n" for name, text in about.items()]
    path.write_text("".join(lines) + more, encoding="utf-8")


def _write_table(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
