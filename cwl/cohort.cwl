#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Interpret the tumours of a cohort with CGI in few jobs
doc: >-
  Run many samples in as few jobs at the Cancer Genome Interpreter as they fit into, and give each sample the
  results that it would have had alone. Samples of one cancer type and reference share a job, which spares the
  account's slots. Started again with the same inputs, it goes on with its jobs.
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

baseCommand: [cgi-runner, cohort]

successCodes: [0]
temporaryFailCodes: [3, 6, 7, 8]
permanentFailCodes: [1, 2, 4, 5, 9, 10]

requirements:
  InitialWorkDirRequirement:
    listing:
      - $(inputs.files)
      - entryname: samples.tsv
        entry: $(inputs.samples)
  NetworkAccess:
    networkAccess: true
  WorkReuse:
    enableReuse: false
  ToolTimeLimit:
    timelimit: 86400
  ResourceRequirement:
    coresMin: 0.1
    ramMin: 256

hints:
  $import: hints.yml

inputs:
  samples:
    type: File?
    label: Sample sheet
    doc: >-
      Table with the columns sample, cancer_type, reference, mutations, cnas and translocations; the last three
      name files by their names without a folder, with semicolons between several of one sample. The files
      themselves are given in the input files.
    format:
      - edam:format_3475
      - edam:format_3752
    inputBinding:
      valueFrom: samples.tsv
  files:
    type: File[]?
    label: Files of the sheet
    doc: All files that the sheet names, each with a different name.
    format:
      - edam:format_3016
      - edam:format_3475
      - edam:format_3752
  mutations:
    type:
      - "null"
      - type: array
        items: File
        inputBinding:
          prefix: --mutations
    label: Mutations
    doc: Files with this kind of alterations of all samples, in place of the sheet's column.
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
    doc: Files with this kind of alterations of all samples, in place of the sheet's column.
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
    doc: Files with this kind of alterations of all samples, in place of the sheet's column.
    format:
      - edam:format_3475
      - edam:format_3752
  cancer_type:
    type:
      - "null"
      - $import: cancer_type.yml
    label: Cancer type
    doc: Id of the tumour type in CGI's own table, for samples whose line in the sheet names none.
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
  keep_filtered:
    type: boolean
    label: Variants that failed their filters, too
    doc: Send variants whose FILTER is neither PASS nor "."; they are listed in dropped.tsv otherwise.
    default: false
    inputBinding:
      prefix: --keep-filtered
  skip_bad:
    type: boolean
    label: Go on without bad samples
    doc: Run the samples that can be used, and list the others with the reasons, instead of refusing the whole sheet.
    default: false
    inputBinding:
      prefix: --skip-bad
  max_rows:
    type: int
    label: Rows that share a job
    doc: Most rows of a job. Samples are put together until this number is reached.
    default: 100000
    inputBinding:
      prefix: --max-rows
  output:
    type: string
    label: Name of the results folder
    doc: Name of the folder with the results of all samples.
    default: cgi-results
    inputBinding:
      prefix: --output
  api_url:
    type: string?
    label: Address of the service
    doc: Another address than CGI's own, such as that of a sandbox that the machine can reach.
    inputBinding:
      prefix: --api-url
  sandbox:
    type: boolean
    label: Try it without an account
    doc: >-
      Start a local stand-in of the service inside the step. Its results are examples, not an interpretation.
    default: false
    inputBinding:
      prefix: --sandbox
  credentials:
    type: File?
    label: Credentials of the CGI account
    doc: >-
      File with one line, the e-mail address and the token separated by a space. Only its path is on the
      command line. Never give it together with --provenance of cwltool, which copies every input; README.md says
      what else engines keep.
    inputBinding:
      prefix: --credentials
  ca_bundle:
    type: File?
    label: Certificate authorities
    doc: >-
      PEM file of the certificate authorities to trust, where a proxy signs the connections. Engines do not
      pass the variables of your shell on, so it must be an input.
    inputBinding:
      prefix: --ca-bundle
  state:
    type: string?
    label: Folder for locks and notes
    doc: >-
      Path of a folder that all steps of the account share, with locks that keep two of them from submitting the
      same input at the same moment. Only where steps run without containers, or the engine mounts it.
    inputBinding:
      prefix: --state
  deadline:
    type: string
    label: Deadline
    doc: >-
      How long to wait for CGI, such as 90m or 6h, at most 23h; the step itself is stopped after 24 hours.
      When it passes, the step ends with code 3 and the job at CGI goes on; the same step finds it again.
    default: 6h
    inputBinding:
      prefix: --deadline
  strict:
    type: boolean
    label: Missing rows are a failure
    doc: End with code 9 when rows that were sent did not come back.
    default: false
    inputBinding:
      prefix: --strict

outputs:
  results:
    type: Directory?
    label: Results
    doc: The whole folder, with a folder for each sample, the folders of the jobs, and the joined tables.
    outputBinding:
      glob: $(inputs.output)
  sample_list:
    type: File?
    label: What became of each sample
    doc: One row a sample, with its folder, its job, and what was wrong with it.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/samples.tsv
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
