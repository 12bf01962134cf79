"""What is read of a file's build before its rows."""

import pytest

from cgi_runner.inputs.hints import read_hints


class Text:
    """Lines of a file."""

    def __init__(self, text: str) -> None:
        """Hold the lines of a text."""
        self.lines = list(enumerate(text.splitlines(), 1))

    def line(self) -> tuple[int, str] | None:
        """Return the next line."""
        return self.lines.pop(0) if self.lines else None

    def unread(self, lines: list[tuple[int, str]]) -> None:
        """Take lines back."""
        self.lines = [*lines, *self.lines]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("##reference=hg19.fa\n#CHROM\tPOS\n7\t1\n", [("hg19", "line 1")]),
        ("#version 2.4\n#genome_build GRCh38\nHugo_Symbol\tChromosome\nA\t1\n", [("hg38", "line 2")]),
        ("#genome_build\tGRCh38\nchr\tpos\n1\t1\n", [("hg38", "line 1")]),
        ("Chromosome\tNCBI_Build\n7\tGRCh37\n7\tGRCh38\n", [("hg19", "line 2, column NCBI_Build")]),
        ("#chr\tpos\tbuild\n7\t1\t38\n", [("hg38", "line 2, column build")]),
        ('"chr","assembly"\n"7","hg19"\n', [("hg19", "line 2, column assembly")]),
        ("\n# hg38\nchr,pos,ref,alt\n7,1,A,T\n##reference=hg19\n", [("hg38", "line 2")]),
        ("Chr\tStart\thg38_cosmic70\n7\t1\t.\n", [("hg38", "line 1")]),
        ("chr\tbuild\n", []),
        ("chr\tbuild\n7\n", []),
        ("chr\tpos\tgenome\n7\t1\tNA\n", []),
        ("", []),
        ("##fileformat=VCFv4.2\n", []),
    ],
)
def test_hints_stand_above_the_rows_and_in_the_first_one(text: str, found: list[tuple[str, str]]) -> None:
    """Whatever the file is, it is read again from its first line."""
    source = Text(text)
    assert [(one.build, one.where) for one in read_hints(source)] == found
    assert source.lines == Text(text).lines
