"""Damaged files of every kind: an account that adds up, or an InputError, and nothing else."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cgi_runner.errors import InputError

WHOLE = {
    "VCF": """##fileformat=VCFv4.2
##contig=<ID=chr1,length=248956422>
#CHROM|POS|ID|REF|ALT|QUAL|FILTER|INFO|FORMAT|A|B
chr1|100|.|C|T,CA|.|PASS|.|GT:DP|0/1:3|1/2:4
chrM|7|.|C|<DEL>|.|.|.|DP:GT|3:1|2:0/0
""",
    "MAF": """#version 2.4
Hugo_Symbol|NCBI_Build|Chromosome|Start_Position|Reference_Allele|Tumor_Seq_Allele1|Tumor_Seq_Allele2|SAMPLE
BRAF|GRCh38|7|140753336|A|A|T|P1
X|38|1|5|-|A|AC|P2
""",
    "HGVS": "gdna,sample\nchr3:g.178936091G>A,P\nchr3:g.10_11delAC,P\nNC_000003.12:g.5_6insA,Q\n",
    "protein": "protein|sample\nTP53:p.R248Q|P\nTP53:p.(Lys5ArgfsTer6)|P\nTP53:p.R1=|P\n",
    "CNA table": 'gene|cna|sample\n"MYC"|amp|P\nPTEN|deletion|P\nX|gain|Q\n',
    "GISTIC": "Gene Symbol|Locus ID|Cytoband|S1|S2\nMYC|1|8q|2|0\nPTEN|2|10q|-2|1\n",
    "fusions": "fus|sample\nBCR__ABL1|P\nEML4--ALK|P\nA-B|Q\n",
}
KINDS = {"CNA table": "cnas", "GISTIC": "cnas", "fusions": "translocations"}
PIECES = [
    b"",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b'"',
    b",",
    b"-",
    b".",
    b"*",
    b"9" * 30,
    b"<",
    b"]",
    b"\xff",
    b"__",
    b"/",
    b"|",
    b":",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@pytest.mark.parametrize("name", WHOLE)
@given(data=st.data())
def test_damage_is_an_account_or_an_error(inputs: Any, name: str, data: st.DataObject) -> None:
    """A few bytes set in or taken out, plain or compressed: the rows add up, or the fault is printable."""
    kind, content = KINDS.get(name, "mutations"), WHOLE[name].replace("|", "\t").encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.sampled_from([0, 1, 1, 5, 1000]))
        content = content[:start] + data.draw(st.sampled_from(PIECES)) + content[start + length :]
    if data.draw(st.booleans()):
        content = gzip.compress(content)[: data.draw(st.sampled_from([None, -1, -9, 15]))]
    request = {kind: content, "keep_filtered": data.draw(st.booleans())}
    try:
        outcome = inputs.prepare(**request)
    except InputError:
        error = inputs.refuse(**request)
        assert error.message.replace("\n", "").isprintable()
        return
    (file,) = outcome.prepared.files
    sent, dropped = outcome.sent(kind), outcome.dropped()
    assert file.rows_read == file.rows_sent + file.rows_merged + file.rows_not_sent
    assert file.rows_sent == len(sent) == sum(outcome.prepared.samples.values())
    assert file.rows_not_sent == len(dropped) == sum(outcome.prepared.reasons.values())
    width = len(outcome.header(kind).split(" "))
    assert all(line.count("\t") == width - 1 for line in file.path.read_text().splitlines())
    assert all(row.count("|") >= 5 for row in dropped)
