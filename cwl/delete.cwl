#!/usr/bin/env cwl-runner
cwlVersion: v1.2
class: CommandLineTool
label: Delete a job at CGI
doc: >-
  Delete a job and its data at the Cancer Genome Interpreter, which frees its slot in the account. Only what
  is fetched and verified is deleted; give the record that fetch.cwl or run.cwl wrote.
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

baseCommand: [cgi-runner, delete]
arguments: [--json]
stdout: cgi-deleted.json

successCodes: [0]
temporaryFailCodes: [3, 6, 7, 8]
permanentFailCodes: [1, 2, 4, 5, 9]

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
  DockerRequirement:
    dockerPull: cgi-runner:0.1.0
  SoftwareRequirement:
    packages:
      cgi-runner:
        version: ["0.1.0"]

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
      command line. README.md says what each engine keeps of it.
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

outputs:
  deleted:
    type: stdout
    label: What was deleted
    doc: The id of the job that is deleted, for machines.
    format: edam:format_3464
