#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Show what has changed between two of CGI's results
doc: >-
  List which drivers and drug matches are new, gone or changed between two interpretations of the same samples.
  No service is asked.
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

baseCommand: [cgi-runner, compare]
stdout: changes.tsv

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
  old:
    type: [Directory, File]
    label: Earlier results
    doc: Results folder of run, fetch or cohort, or an archive saved from CGI.
    inputBinding:
      position: 1
  new:
    type: [Directory, File]
    label: Later results
    doc: Results folder of the same samples at a later time, or an archive.
    inputBinding:
      position: 2

outputs:
  changes:
    type: stdout
    label: Changes
    doc: One row a change, with what, change, sample, gene or alterations, drug, biomarker, old and new.
    format: edam:format_3475
