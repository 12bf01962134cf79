#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Join the tables of samples that were run one by one
doc: >-
  Join the results of many samples into one table each of alterations, biomarkers, copy numbers and fusions,
  such as those that interpret-cohort.cwl gives. Nothing leaves the machine.
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

baseCommand: [cgi-runner, cohort-merge]

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
  folders:
    type: Directory[]
    label: Results folders
    doc: Folders with the results of samples that were run one by one, or of cohorts.
    inputBinding: {}
  output:
    type: string
    label: Name of the results folder
    doc: Name of the folder with the results of all samples.
    default: cgi-results
    inputBinding:
      prefix: --output

outputs:
  results:
    type: Directory?
    label: Results
    doc: The joined tables.
    outputBinding:
      glob: $(inputs.output)
  alterations:
    type: File?
    label: Alterations
    doc: One row an alteration, with its oncogenicity.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/alterations.tsv
  biomarkers:
    type: File?
    label: Biomarkers
    doc: Biomarkers of response, resistance and toxicity that match the tumour.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/biomarkers.tsv
  cna_analysis:
    type: File?
    label: Copy-number analysis
    doc: One row a copy-number alteration; absent when none was sent.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/cna_analysis.tsv
  fusion_analysis:
    type: File?
    label: Fusion analysis
    doc: One row a gene fusion; absent when none was sent.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/fusion_analysis.tsv
  dropped:
    type: File?
    label: Rows without a result
    doc: Rows that were not sent, or sent and not returned, with the reason.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/dropped.tsv
