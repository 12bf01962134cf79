#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Show CGI's results as a page and as tables
doc: >-
  Write a page for people, tables for programs, files for MultiQC and a short text from the results of a tumour or
  of a cohort. No service is asked, and the same results give the same files.
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

baseCommand: [cgi-runner, report]
arguments: [--html, report.html, --tables, tables, --multiqc, multiqc, --markdown, report.md]

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
  results:
    type: [Directory, File]
    label: Results
    doc: Results folder of run, fetch or cohort, or an archive saved from CGI.
    inputBinding:
      position: 1
  since:
    type: ["null", Directory, File]
    label: Earlier results
    doc: Results of the same samples at an earlier time; the page then shows what has changed.
    inputBinding:
      prefix: --since
  top:
    type: int
    label: Rows of a table
    doc: Most rows of a table on the page.
    default: 300
    inputBinding:
      prefix: --top

outputs:
  page:
    type: File
    label: Page
    doc: One HTML file without scripts.
    format: edam:format_2331
    outputBinding:
      glob: report.html
  tables:
    type: Directory
    label: Tables
    doc: The files drivers.tsv, drugs.tsv and results.json, with the same columns for every version of CGI.
    outputBinding:
      glob: tables
  multiqc:
    type: Directory
    label: Files for MultiQC
    doc: Files that MultiQC shows, *_mqc.json.
    outputBinding:
      glob: multiqc
  markdown:
    type: File
    label: Short text
    doc: A short report in Markdown.
    format: edam:format_1964
    outputBinding:
      glob: report.md
