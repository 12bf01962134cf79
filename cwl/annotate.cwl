#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Annotate a VCF or a MAF with CGI's results
doc: >-
  Give the alleles of your own VCF, or the rows of your own MAF, the answers of the Cancer Genome Interpreter from a
  results folder. Every allele gets a status; every other byte stays the same. It works offline.
intent:
  - edam:operation_3225

$namespaces:
  edam: http://edamontology.org/
  s: https://schema.org/

s:license: https://spdx.org/licenses/MIT
s:author:
  - s:name: the cgi-runner contributors
s:citation: https://doi.org/10.1186/s13073-018-0531-8
s:softwareVersion: 0.1.0

baseCommand: [cgi-runner, annotate]

successCodes: [0]
temporaryFailCodes: [3, 6, 7, 8]
permanentFailCodes: [1, 2, 4, 5, 9, 10]

requirements:
  NetworkAccess:
    networkAccess: false
  ToolTimeLimit:
    timelimit: 3600
  ResourceRequirement:
    coresMin: 0.1
    ramMin: 256

hints:
  $import: hints.yml

inputs:
  file:
    type: File
    label: File to annotate
    doc: VCF (plain, gzip or bgzip) or MAF; it may have been filtered or sorted since it was interpreted.
    format:
      - edam:format_3016
      - edam:format_3475
    inputBinding:
      position: 1
  results:
    type: [Directory, File]
    label: Results
    doc: Results folder of run, fetch or cohort, or an archive saved from CGI.
    inputBinding:
      position: 2
  sample:
    type: string?
    label: Sample
    doc: Name of the sample of the results, where file and results do not tell it; of a cohort, one of its samples.
    inputBinding:
      prefix: --sample
  overwrite:
    type: boolean
    label: Replace an earlier annotation
    doc: Replace what the file has under names that begin with CGI_.
    default: false
    inputBinding:
      prefix: --overwrite
  cbioportal:
    type: boolean
    label: Columns of cBioPortal
    doc: Give a MAF the columns of cBioPortal, CGI.* and custom drivers.
    default: false
    inputBinding:
      prefix: --cbioportal
  tumor_column:
    type: string?
    label: Column of the tumour
    doc: Sample column of a VCF that is the tumour, where neither its header nor usual names such as NORMAL tell.
    inputBinding:
      prefix: --tumor-column
  output:
    type: string
    label: Name of the annotated file
    doc: Name of the file to write; one that ends with .gz is compressed by bgzip.
    inputBinding:
      prefix: --output

outputs:
  annotated:
    type: File
    label: Annotated file
    doc: The file with CGI's answers.
    format: $(inputs.file.format)
    outputBinding:
      glob: $(inputs.output)
