#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Check the alterations of a tumour without sending them
doc: >-
  Check and prepare the alterations of one tumour and say what would be sent to the Cancer Genome Interpreter.
  Nothing leaves the machine.
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

baseCommand: [cgi-runner, check]
arguments: [--json]
stdout: cgi-check.json

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
  mutations:
    type:
      - "null"
      - type: array
        items: File
        inputBinding:
          prefix: --mutations
    label: Mutations
    doc: >-
      VCF (also bgzipped), MAF, or a tab-separated table with chromosome, position, reference and alternate
      allele, or with HGVS; several files of one tumour where a caller writes them, such as SNVs and indels of
      Strelka2. At least one of mutations, cnas and translocations is needed.
    format:
      - edam:format_3016
      - edam:format_3475
      - edam:format_3752
  cnas:
    type:
      - "null"
      - type: array
        items: File
        inputBinding:
          prefix: --cnas
    label: Copy-number alterations
    doc: Table with gene and amp or del, a GISTIC or cBioPortal matrix, or calls of FACETS-suite or PURPLE.
    format:
      - edam:format_3475
      - edam:format_3752
  translocations:
    type:
      - "null"
      - type: array
        items: File
        inputBinding:
          prefix: --translocations
    label: Gene fusions
    doc: Table of gene fusions such as BCR__ABL1, or the file of a fusion caller such as Arriba or STAR-Fusion.
    format:
      - edam:format_3475
      - edam:format_3752
  cancer_type:
    type:
      $import: cancer_type.yml
    label: Cancer type
    doc: Id of the tumour type in CGI's own table, such as BRCA; cancer_type.yml lists them all with their names.
    inputBinding:
      prefix: "--cancer-type=cgi:"
      separate: false
  reference:
    type:
      - "null"
      - $import: reference.yml
    label: Reference genome
    doc: Genome build that the positions belong to; needed where the files do not name it.
    inputBinding:
      prefix: --reference
  title:
    type: string?
    label: Title
    doc: >-
      Title of the job at CGI. It is part of what makes a job the same job, so keep it when you run a sample
      again.
    inputBinding:
      prefix: --title
  sample:
    type: string?
    label: Sample
    doc: Name of the sample, for files that do not name one themselves.
    inputBinding:
      prefix: --sample
  tumor_column:
    type: string?
    label: Column of the tumour
    doc: Sample column of a VCF that is the tumour, where neither its header nor usual names such as NORMAL tell.
    inputBinding:
      prefix: --tumor-column
  keep_filtered:
    type: boolean
    label: Variants that failed their filters, too
    doc: Send variants whose FILTER is neither PASS nor "."; they are listed in dropped.tsv otherwise.
    default: false
    inputBinding:
      prefix: --keep-filtered
  output:
    type: string
    label: Name of the folder
    doc: Name of the folder with the files as they would be sent.
    default: cgi-prepared
    inputBinding:
      prefix: --output

outputs:
  report:
    type: stdout
    label: Report
    doc: What would be sent, and what would not, for machines.
    format: edam:format_3464
  prepared:
    type: Directory?
    label: Prepared files
    doc: The files as they would be sent, and dropped.tsv.
    outputBinding:
      glob: $(inputs.output)
