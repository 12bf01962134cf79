cwlVersion: v1.2
class: Workflow
doc: Runs a sheet of samples, and joins their tables once more from the folders.
requirements:
  StepInputExpressionRequirement: {}
  MultipleInputFeatureRequirement: {}
inputs:
  samples:
    type: File
    format: http://edamontology.org/format_3475
  files:
    type: File[]
    format: [http://edamontology.org/format_3016, http://edamontology.org/format_3475]
  api_url: string
  credentials: File
outputs:
  results:
    type: Directory?
    outputSource: cohort/results
  ledger:
    type: File?
    outputSource: cohort/ledger
  merged:
    type: Directory?
    outputSource: merge/results
steps:
  cohort:
    run: ../../../cwl/cohort.cwl
    in:
      samples: samples
      files: files
      api_url: api_url
      credentials: credentials
      output: {default: cohort}
    out: [results, ledger]
  merge:
    run: ../../../cwl/cohort-merge.cwl
    in:
      folders:
        source: [cohort/results]
        linkMerge: merge_nested
        valueFrom: $(self)
      output: {default: merged}
    out: [results]
