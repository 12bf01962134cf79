"""The columns of a sample sheet: those that are taken, those that are not used, and those that must not be ignored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cgi_runner.cancer_types import choose
from cgi_runner.errors import InputError
from cgi_runner.inputs import KINDS, Kind
from cgi_runner.inputs.problems import is_present, quote

TIP = (
    "a sheet has the columns sample, cancer_type (or oncotree_code), reference, mutations, cnas, translocations, "
    "separated by tabs, commas or semicolons"
)

_NAMES: dict[str, str] = {
    "sample": "sample sampleid samplename samplebarcode tumorsamplebarcode tumoursamplebarcode tumorsample "
    "tumoursample tumorsampleid tumoursampleid tumorsamplename tumoursamplename patientsample patientsampleid "
    "tumorbarcode tumourbarcode samplelabel sampleidentifier muestra idmuestra amostra echantillon campione probe "
    "probenid probenname probennummer",
    "cancer_type": "cancertype cancertypeid tumortype tumourtype tumortypeid tumourtypeid cgicancertype",
    "oncotree_code": "oncotreecode oncotree",
    "cancer_type_detailed": "cancertypedetailed",
    "reference": "reference genome build genomebuild referencegenome referencebuild assembly genomeassembly ref "
    "refgenome ncbibuild genomeversion referenceversion",
    "mutations": "mutations mutation mutationfile mutationsfile variants variantfile vcf vcfs vcffile vcfpath maf "
    "maffile mafpath snv snvs smallvariants somaticvcf somaticvariants",
    "cnas": "cnas cna cnafile cnasfile cnv cnvs cnvfile copynumber copynumbers copynumberfile copynumberalterations "
    "gistic",
    "translocations": "translocations translocation translocationfile fusions fusion fusionfile fusionsfile "
    "genefusions sv svs svfile structuralvariants rearrangements",
    "tumor_column": "tumorcolumn tumourcolumn vcftumorid vcftumourid vcftumorcolumn",
    "status": "status",
    "sample_type": "sampletype tissuetype",
    "patient": "patient",
}
"""What each column is called, without case, blanks, dots, dashes and underscores."""
COLUMNS = {column: frozenset(names.split()) for column, names in _NAMES.items()}

_LIKE_GENOME = re.compile(
    r"(human|ncbi|target|alignment|ref(erence)?)*(genome|assembly|build|grch|hg|ref)"
    r"(build|version|assembly|release|id|name|ref(erence)?|used)*"
    r"|(referenz)?genom(version|build)?|genomade?referencia|genoma|genomedereference|referenz|referencia"
)
_LIKE_SAMPLE = re.compile(
    r"(tumou?r|sample|specimen|aliquot|biospecimen|biosample)(id|name|barcode|uuid|label|alias|identifier)?|barcode"
)
_LIKE_PATIENT = re.compile(r"(patient|case|subject|participant)(id|identifier|name|barcode)?")
_LIKE_CANCER_TYPE = re.compile(
    r"(primary)?(cancer|tumou?r|disease|malignancy|neoplasm|oncotree|diagnosis|indication|histology|entity)"
    r"(type|code|name|id|class|subtype|histology|diagnosis|detailed|typedetailed)*"
    r"|histolog(ical|ic)(type|code|diagnosis|subtype)|icd(10|o|o3)?(code)?|tcga(code|type|project)|projectid|organ"
    r"|diagnos(e|en|i|is|tic|tico)|tumor(art|typ|entitat)|entitat|krebs(art|typ|erkrankung)|erkrankung|histologi(e|a)"
    r"|tipo(de|di)?(l)?(cancer|tumor|tumore|neoplasia)|type(de)?(cancer|tumeur)|(tumor|primary)site|indikation|cie10"
)
#: Words that tell a tumour's line from a normal's, in the column `status` and in columns of unknown names.
NORMAL_WORDS = frozenset(
    ["n", "normal", "germline", "control", "healthy", "matched normal", "normal tissue", "tissue normal",
     "blood normal", "solid tissue normal", "blood derived normal", "normalgewebe", "normalprobe", "kontrolle",
     "keimbahn", "gesund", "tejido normal", "sano", "tissu normal", "sain", "tessuto normale", "normale"]
)  # fmt: skip
_TUMOR_WORDS = frozenset(
    ["t", "tumor", "tumour", "primary", "primary tumor", "metastasis", "metastatic", "recurrence", "relapse", "cancer",
     "case", "tumorgewebe", "tumorprobe", "tejido tumoral", "tumeur", "tumore"]
)  # fmt: skip
_IS_NORMAL = re.compile(r"is(a)?(tumou?r|normal|germline|control|cancer)|tumou?r(or)?normal")
_BOOLEAN = frozenset(["true", "false", "yes", "no", "y", "n", "0", "1"])
_FILE = re.compile(r"\.(vcf|maf|tsv|csv|txt|seg|cns)(\.gz)?$", re.IGNORECASE)
_SHORTEST_TYPE = 3  # letters: CGI has ids such as L and R, which are words of other columns, too
_BUILD = re.compile(r"(hg|grch|b|hs|gatk\.?grch)(1[6-9]|3[5-8])(\.p?\d+)?(d5)?", re.IGNORECASE)
_READS = re.compile(r"\.(fastq|fq|bam|cram|sam|bai|crai|csi|tbi|ora|spring)(\.gz)?$", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?\d*\.?\d+([eE][-+]?\d+)?")


def normalise_column(name: str) -> str:
    """Return the name of a column without what differs between programs: case, accents, blanks, dots and dashes."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "", plain.casefold())


@dataclass
class SheetColumns:
    """Where each known column of a sheet is, by our name for it."""

    source: str
    names: list[str]
    """As the sheet has them."""
    places: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    """Columns that are not read."""

    @property
    def taken(self) -> dict[str, str]:
        """What the sheet calls the columns that are read."""
        return {column: self.names[place] for column, place in self.places.items()}


def holds_sample_column(names: Sequence[str]) -> bool:
    """Whether one of the names is that of the column with the samples."""
    return any(normalise_column(name) in COLUMNS["sample"] for name in names)


def find_columns(source: str, names: list[str], shared: Collection[Kind]) -> SheetColumns:
    """Find the known columns in a header.

    Args:
        source: The name of the sheet, for messages.
        names: The cells of the header.
        shared: Kinds of input that come from one file for all samples, and so must have no column.

    Raises:
        InputError: A column is there twice or under two names, there is none with the samples, or both a column and a
            file for all samples.

    """
    columns = SheetColumns(source, names)
    plain = [normalise_column(name) for name in names]
    is_clinical = {"sampleid", "patientid"} <= set(plain)
    for column, words in COLUMNS.items():
        found = [place for place, name in enumerate(plain) if name in words]
        if is_clinical and column == "sample":
            # cBioPortal's clinical tables have one key, and may have other names of the sample beside it.
            found = [place for place in found if plain[place] == "sampleid"]
        elif column == "cancer_type" and "oncotreecode" in plain and len(found) > 1:
            found = [place for place in found if plain[place] == "cancertype"]
        if len(found) > 1:
            _refuse_two(source, column, [names[place] for place in found])
        if found:
            columns.places[column] = found[0]
    if "sample" not in columns.places:
        _refuse_without_sample(columns, plain)
    if both := next((kind for kind in shared if kind in columns.places), None):
        raise InputError(
            f"{source}: found a column {quote(columns.taken[both])} and the option --{both}, expected one of them",
            tip="the column names a file for each sample, the option one file that holds them all",
        )
    return columns


def _refuse_two(source: str, column: str, names: list[str]) -> None:
    if len(set(names)) == 1:
        raise InputError(f"{source}: found the column {quote(names[0])} twice, expected it once", tip=TIP)
    raise InputError(
        f"{source}: found the columns {' and '.join(map(quote, names))}, expected one of them",
        tip=f"leave out or rename those that do not hold what is meant by `{column}`",
    )


def _refuse_without_sample(columns: SheetColumns, plain: list[str]) -> None:
    # Names are quoted only where something tells that they are names, and not the cells of a patient's row.
    like = [name for name, bare in zip(columns.names, plain, strict=True) if _LIKE_SAMPLE.fullmatch(bare)]
    if columns.places or like:
        known = [*columns.taken.values(), *like]
        found = f"the columns {', '.join(map(quote, known))} and {len(columns.names) - len(known)} others"
    else:
        found = f"{len(columns.names)} columns with unknown names"
    tip = f"rename the column {quote(like[0])} to sample" if like else TIP
    if any(_LIKE_PATIENT.fullmatch(bare) for bare in plain):
        tip = f"a table of patients names no samples, whose names the files have: add a column sample; {TIP}"
    raise InputError(f"{columns.source}: found {found}, expected one called sample", tip=tip)


def check_unknown(columns: SheetColumns, rows: Sequence[Sequence[str]], folder: Path) -> None:
    """Refuse unknown columns that could decide something, and list all others in `unused`.

    Args:
        columns: The columns that are known.
        rows: The cells of every line.
        folder: Where relative paths start.

    Raises:
        InputError: An unknown column looks like a genome, a sample or a cancer type, holds names of files, or tells
            normals from tumours.

    """
    _refuse_files_by_line(columns)
    reads = ""
    for place, name in enumerate(columns.names):
        if place in columns.places.values():
            continue
        cells = {row[place] for row in rows if place < len(row) and is_present(row[place])}
        if any(_READS.search(cell) for cell in cells):
            reads = reads or name
        elif cells and (expected := _expected(columns, normalise_column(name), cells, folder)):
            code = re.match("icdo|icd10|tcga", normalise_column(name))
            codes = f", with `{code[0]}:` before each code" if code else ""
            raise InputError(
                f"{columns.source}: found the column {quote(name)}, which {expected[0]}, expected it to be called "
                f"{expected[1]}",
                tip=f"rename the column {quote(name)}{codes}, or leave it out if it does not hold that",
            )
        if name:
            columns.unused.append(name)
    if reads and not any(kind in columns.places for kind in KINDS):
        raise InputError(
            f"{columns.source}: found reads in the column {quote(reads)}, expected a column mutations (or vcf)",
            tip="CGI takes variants and not reads: call variants first, and give a column vcf with the caller's files",
        )


def _refuse_files_by_line(columns: SheetColumns) -> None:
    """Refuse a samplesheet of nf-core's oncoanalyser, which has a line for each file."""
    if {"filetype", "filepath"} <= set(map(normalise_column, columns.names)):
        raise InputError(
            f"{columns.source}: found a samplesheet with a line for each file, expected one for each sample",
            tip="give a column mutations with purple.somatic.vcf.gz, cnas with purple.driver.catalog.somatic.tsv and "
            "translocations with linx.fusion.tsv of its results",
        )


def _expected(columns: SheetColumns, plain: str, cells: set[str], folder: Path) -> tuple[str, str] | None:
    """Say what an unknown column looks like and what it would have to be called, or None if it is harmless."""
    texts = {cell for cell in cells if not _NUMBER.fullmatch(cell)}
    _refuse_flags(columns, plain, cells)
    if _tells_normals({cell.casefold() for cell in cells}):
        return "distinguishes tumours from normals", "status"
    is_build = texts and all(map(_BUILD.fullmatch, cells))
    if is_build or ("reference" not in columns.places and _LIKE_GENOME.fullmatch(plain)):
        return "looks like a genome build", "reference"
    is_clinical = normalise_column(columns.taken["sample"]) == "sampleid" and "patientid" in map(
        normalise_column, columns.names
    )
    if not is_clinical and _LIKE_SAMPLE.fullmatch(plain):
        return "looks like a sample name", "sample or tumor_column"
    has_type = not columns.places.keys().isdisjoint(("cancer_type", "oncotree_code", "cancer_type_detailed"))
    if texts and not has_type and (_LIKE_CANCER_TYPE.fullmatch(plain) or all(map(_is_cancer_type, cells))):
        return "looks like a cancer type", "cancer_type"
    names_files = any(_FILE.search(cell) or _is_file(folder, cell) for cell in texts)
    return ("names files", "mutations, cnas or translocations") if names_files else None


def _tells_normals(cells: set[str]) -> bool:
    """Whether all cells are words for tumour or normal, and not all for tumour; N alone may mean no."""
    return cells <= NORMAL_WORDS | _TUMOR_WORDS and bool(cells & NORMAL_WORDS) and cells != {"n"}


def _refuse_flags(columns: SheetColumns, plain: str, cells: set[str]) -> None:
    if _IS_NORMAL.fullmatch(plain) and {cell.casefold() for cell in cells} <= _BOOLEAN:
        name = columns.names[[normalise_column(one) for one in columns.names].index(plain)]
        raise InputError(
            f"{columns.source}: found the column {quote(name)}, which distinguishes tumours from normals, expected "
            "it to be called status",
            tip="call the column status and write tumor or normal below it, or leave out the lines of normals",
        )


def _is_cancer_type(cell: str) -> bool:
    try:
        return len(cell) >= _SHORTEST_TYPE and bool(choose(cell))
    except InputError:
        return False


def _is_file(folder: Path, cell: str) -> bool:
    try:
        return (folder / Path(cell).expanduser()).is_file()
    except (OSError, ValueError, RuntimeError):  # no path at all
        return False
