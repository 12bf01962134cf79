cwlVersion: v1.2
class: Workflow
doc: Submits a job and asks for its state, which nobody but a test wants in one workflow.
requirements:
  MultipleInputFeatureRequirement: {}
  StepInputExpressionRequirement: {}
inputs:
  mutations:
    type: File
    format: http://edamontology.org/format_3475
  cancer_type:
    type:
      $import: ../../../../cwl/cancer_type.yml
  reference:
    type:
      $import: ../../../../cwl/reference.yml
  title: string
  api_url: string
  credentials: File
outputs:
  status:
    type: File
    outputSource: status/status
  dropped:
    type: File?
    outputSource: submit/dropped
steps:
  submit:
    run: ../../../../cwl/submit.cwl
    in:
      mutations:
        source: [mutations]
        linkMerge: merge_nested
      cancer_type: cancer_type
      reference: reference
      title: title
      api_url: api_url
      credentials: credentials
    out: [record, dropped]
  status:
    run: ../../../../cwl/status.cwl
    in:
      job:
        source: submit/record
        valueFrom: $(self)
      api_url: api_url
      credentials: credentials
    out: [status]
