#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: State of a job at CGI
doc: >-
  Say how far a job of the Cancer Genome Interpreter is.
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

baseCommand: [cgi-runner, status]
arguments: [--json]
stdout: cgi-status.json

successCodes: [0]
temporaryFailCodes: [3, 6, 7, 8]
permanentFailCodes: [1, 2, 4, 5, 9, 10]

requirements:
  NetworkAccess:
    networkAccess: true
  WorkReuse:
    enableReuse: false
  ToolTimeLimit:
    timelimit: 900
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
    inputBinding:
      position: 1
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

outputs:
  status:
    type: stdout
    label: State of the job
    doc: State and description of the job, for machines.
    format: edam:format_3464
