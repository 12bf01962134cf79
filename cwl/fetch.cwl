#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Fetch and verify the results of a job at CGI
doc: >-
  Bring the results of a job of the Cancer Genome Interpreter back, verify the archive, and compare the rows
  that were sent with those that came back.
  It waits first when the job is not done.
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

baseCommand: [cgi-runner, fetch]
arguments: [submitted]

successCodes: [0]
temporaryFailCodes: [3, 6, 7, 8]
permanentFailCodes: [1, 2, 4, 5, 9, 10]

requirements:
  InitialWorkDirRequirement:
    listing:
      - entryname: submitted/cgi-job.json
        entry: $(inputs.job)
      - entryname: submitted/dropped.tsv
        entry: $(inputs.dropped_at_submit)
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
  job:
    type: File
    label: Record of the job
    doc: The cgi-job.json that the submit step wrote.
    format: edam:format_3464
  dropped_at_submit:
    type: File?
    label: Rows that were not sent
    doc: The dropped.tsv that the submit step wrote; the rows that CGI does not return are added to it.
    format: edam:format_3475
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
