"""CGI's results in the user's own file: a VCF or a MAF in, the same file with keys or columns `CGI_*` out.

Everything of the file stays byte for byte; every allele gets a status, so that none is left out silently.
"""
