#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: Workflow
label: Interpret the tumours of a cohort with CGI
doc: >-
  One job a sample, side by side, with one results folder a sample. A sample that fails does not undo the
  others: start the same workflow again, and each sample finds its job.
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

requirements:
  ScatterFeatureRequirement: {}
  StepInputExpressionRequirement: {}

inputs:
  samples:
    type: string[]
    label: Samples
    doc: Names of the samples. Each names the folder with its results, so no two may be the same.
  mutations:
    type:
      type: array
      items:
        - "null"
        - type: array
          items: File
    label: Mutations
    doc: A list of files for each sample, in the order of the samples; null where there is none.
    format:
      - edam:format_3016
      - edam:format_3475
      - edam:format_3752
  cnas:
    type:
      type: array
      items:
        - "null"
        - type: array
          items: File
    label: Copy-number alterations
    doc: A list of files for each sample, in the order of the samples; null where there is none.
    format:
      - edam:format_3475
      - edam:format_3752
  translocations:
    type:
      type: array
      items:
        - "null"
        - type: array
          items: File
    label: Gene fusions
    doc: A list of files for each sample, in the order of the samples; null where there is none.
    format:
      - edam:format_3475
      - edam:format_3752
  cancer_types:
    type:
      type: array
      items:
        $import: cancer_type.yml
    label: Cancer types
    doc: One id a sample, in the order of the samples.
  reference:
    type:
      - "null"
      - $import: reference.yml
    label: Reference genome
    doc: Genome build that the positions belong to; needed where the files do not name it.
  title:
    type: string?
    label: Title
    doc: >-
      Title of the job at CGI. It is part of what makes a job the same job, so keep it when you run a sample
      again.
  tumor_column:
    type: string?
    label: Column of the tumour
    doc: Sample column of a VCF that is the tumour, where neither its header nor usual names such as NORMAL tell.
  keep_filtered:
    type: boolean
    label: Variants that failed their filters, too
    doc: Send variants whose FILTER is neither PASS nor "."; they are listed in dropped.tsv otherwise.
    default: false
  api_url:
    type: string?
    label: Address of the service
    doc: Another address than CGI's own, such as that of a sandbox that the machine can reach.
  sandbox:
    type: boolean
    label: Try it without an account
    doc: >-
      Start a local stand-in of the service inside the step. Its results are examples, not an interpretation.
    default: false
  credentials:
    type: File?
    label: Credentials of the CGI account
    doc: >-
      File with one line, the e-mail address and the token separated by a space. Only its path is on the
      command line. Never give it together with --provenance of cwltool, which copies every input; README.md says
      what else engines keep.
  ca_bundle:
    type: File?
    label: Certificate authorities
    doc: >-
      PEM file of the certificate authorities to trust, where a proxy signs the connections. Engines do not
      pass the variables of your shell on, so it must be an input.
  state:
    type: string?
    label: Folder for locks and notes
    doc: >-
      Path of a folder that all steps of the account share, with locks that keep two of them from submitting the
      same input at the same moment. Only where steps run without containers, or the engine mounts it.
  deadline:
    type: string
    label: Deadline
    doc: >-
      How long to wait for CGI, such as 90m or 6h, at most 23h; the step itself is stopped after 24 hours.
      When it passes, the step ends with code 3 and the job at CGI goes on; the same step finds it again.
    default: 6h
  attempts:
    type: int
    label: Attempts
    doc: >-
      Attempts in all: codes 6, 7 and 8 are tried again in the step, with growing pauses, within the deadline.
      For engines that do not retry.
    default: 1
  strict:
    type: boolean
    label: Missing rows are a failure
    doc: End with code 9 when rows that were sent did not come back.
    default: false
  delete:
    type: boolean
    label: Delete the job afterwards
    doc: >-
      Delete the job and its data at CGI once its results are fetched and verified, which frees its slot in
      the account.
    default: false

outputs:
  results:
    type:
      type: array
      items: ["null", Directory]
    label: Results
    doc: One folder a sample, named by the sample.
    outputSource: run/results

steps:
  run:
    label: Interpret
    doc: One job a sample.
    run: run.cwl
    scatter: [sample, output, mutations, cnas, translocations, cancer_type]
    scatterMethod: dotproduct
    in:
      sample: samples
      output: samples
      mutations: mutations
      cnas: cnas
      translocations: translocations
      cancer_type: cancer_types
      reference: reference
      title: title
      tumor_column: tumor_column
      keep_filtered: keep_filtered
      api_url: api_url
      sandbox: sandbox
      credentials: credentials
      ca_bundle: ca_bundle
      state: state
      deadline: deadline
      attempts: attempts
      strict: strict
    out: [results, record]
  clean_up:
    label: Delete
    doc: Free the slots, only when asked and only after the results are here.
    when: $(inputs.delete)
    run: delete.cwl
    scatter: job
    in:
      delete: delete
      job:
        source: run/record
        valueFrom: $(self)
      api_url: api_url
      credentials: credentials
      ca_bundle: ca_bundle
      state: state
    out: [deleted]
