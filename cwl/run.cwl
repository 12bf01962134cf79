#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Interpret the alterations of a tumour with CGI
doc: >-
  Check and prepare the alterations of one tumour, submit them to the Cancer Genome Interpreter once, wait,
  and bring the verified results back.
  Started again with the same inputs, by you or by an engine that retries, it finds its job at CGI and goes on
  from there; nothing is submitted twice.
  Deleting the job at CGI is a separate step (delete.cwl): an attempt that deletes too early would make the
  next one submit again.
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

baseCommand: [cgi-runner, run]

successCodes: [0]
temporaryFailCodes: [3, 6, 7, 8]
permanentFailCodes: [1, 2, 4, 5, 9, 10]

requirements:
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
    label: Name of the results folder
    doc: Name of the folder with the results. Give each sample its own.
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
  attempts:
    type: int
    label: Attempts
    doc: >-
      Attempts in all: codes 6, 7 and 8 are tried again in the step, with growing pauses, within the deadline.
      For engines that do not retry.
    default: 1
    inputBinding:
      prefix: --attempts
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
    doc: The whole folder, CGI's own files byte for byte and the records beside them.
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
  summary:
    type: File?
    label: Summary
    doc: CGI's own summary of the job, with its version.
    format: edam:format_1964
    outputBinding:
      glob: $(inputs.output)/summary.txt
  logs:
    type: File?
    label: Log
    doc: CGI's log of the job.
    format: edam:format_1964
    outputBinding:
      glob: $(inputs.output)/cgi-logs.txt
  archive:
    type: File?
    label: Archive
    doc: The archive as CGI sent it, verified.
    format: edam:format_3987
    outputBinding:
      glob: $(inputs.output)/cgi-results.zip
  record:
    type: File?
    label: Record of the job
    doc: Job id, state, times, checksums and row counts; no secret.
    format: edam:format_3464
    outputBinding:
      glob: $(inputs.output)/cgi-job.json
  dropped:
    type: File?
    label: Rows without a result
    doc: Rows that were not sent, or sent and not returned, with the reason.
    format: edam:format_3475
    outputBinding:
      glob: $(inputs.output)/dropped.tsv
