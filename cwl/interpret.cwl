#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: Workflow
label: Interpret the alterations of a tumour with CGI in three steps
doc: >-
  Submit, wait and fetch as separate steps, so that an engine that restarts resumes after the last step
  that ended. Deleting the job is a fourth step, off unless asked for.
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
  StepInputExpressionRequirement: {}

inputs:
  mutations:
    type:
      - "null"
      - type: array
        items: File
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
  sample:
    type: string?
    label: Sample
    doc: Name of the sample, for files that do not name one themselves.
  tumor_column:
    type: string?
    label: Column of the tumour
    doc: Sample column of a VCF that is the tumour, where neither its header nor usual names such as NORMAL tell.
  keep_filtered:
    type: boolean
    label: Variants that failed their filters, too
    doc: Send variants whose FILTER is neither PASS nor "."; they are listed in dropped.tsv otherwise.
    default: false
  output:
    type: string
    label: Name of the results folder
    doc: Name of the folder with the results. Give each sample its own.
    default: cgi-results
  api_url:
    type: string?
    label: Address of the service
    doc: Another address than CGI's own, such as that of a sandbox that the machine can reach.
  sandbox:
    type: "null"
    label: Not to be had here
    doc: >-
      The steps need a service that outlives each of them. To try the workflow, start `cgi-runner sandbox` and give
      its address as api_url; run.cwl takes sandbox, too.
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
    type: Directory?
    label: Results
    doc: The whole folder, CGI's own files byte for byte and the records beside them.
    outputSource: fetch/results
  alterations:
    type: File?
    label: Alterations
    doc: One row an alteration, with its oncogenicity.
    format: edam:format_3475
    outputSource: fetch/alterations
  biomarkers:
    type: File?
    label: Biomarkers
    doc: Biomarkers of response, resistance and toxicity that match the tumour.
    format: edam:format_3475
    outputSource: fetch/biomarkers
  cna_analysis:
    type: File?
    label: Copy-number analysis
    doc: One row a copy-number alteration; absent when none was sent.
    format: edam:format_3475
    outputSource: fetch/cna_analysis
  fusion_analysis:
    type: File?
    label: Fusion analysis
    doc: One row a gene fusion; absent when none was sent.
    format: edam:format_3475
    outputSource: fetch/fusion_analysis
  summary:
    type: File?
    label: Summary
    doc: CGI's own summary of the job, with its version.
    format: edam:format_1964
    outputSource: fetch/summary
  logs:
    type: File?
    label: Log
    doc: CGI's log of the job.
    format: edam:format_1964
    outputSource: fetch/logs
  archive:
    type: File?
    label: Archive
    doc: The archive as CGI sent it, verified.
    format: edam:format_3987
    outputSource: fetch/archive
  record:
    type: File?
    label: Record of the job
    doc: Job id, state, times, checksums and row counts; no secret.
    format: edam:format_3464
    outputSource: fetch/record
  dropped:
    type: File?
    label: Rows without a result
    doc: Rows that were not sent, or sent and not returned, with the reason.
    format: edam:format_3475
    outputSource: fetch/dropped

steps:
  submit:
    label: Submit once
    doc: Check, prepare and submit; the record of the job goes to the next steps.
    run: submit.cwl
    in:
      mutations: mutations
      cnas: cnas
      translocations: translocations
      cancer_type: cancer_type
      reference: reference
      title: title
      sample: sample
      tumor_column: tumor_column
      keep_filtered: keep_filtered
      api_url: api_url
      credentials: credentials
      ca_bundle: ca_bundle
      state: state
    out: [record, dropped]
  wait:
    label: Wait
    doc: Wait until CGI has finished.
    run: wait.cwl
    in:
      job:
        source: submit/record
        valueFrom: $(self)
      api_url: api_url
      credentials: credentials
      ca_bundle: ca_bundle
      state: state
      deadline: deadline
    out: [record]
  fetch:
    label: Fetch and verify
    doc: Bring the results back, verify them and compare the rows.
    run: fetch.cwl
    in:
      job:
        source: wait/record
        valueFrom: $(self)
      dropped_at_submit: submit/dropped
      output: output
      api_url: api_url
      credentials: credentials
      ca_bundle: ca_bundle
      state: state
      deadline: deadline
      strict: strict
    out: [results, alterations, biomarkers, cna_analysis, fusion_analysis, summary, logs, archive, record, dropped]
  clean_up:
    label: Delete
    doc: Free the slot, only when asked and only after the results are here.
    when: $(inputs.delete)
    run: delete.cwl
    in:
      delete: delete
      job:
        source: fetch/record
        valueFrom: $(self)
      api_url: api_url
      credentials: credentials
      ca_bundle: ca_bundle
      state: state
    out: [deleted]
