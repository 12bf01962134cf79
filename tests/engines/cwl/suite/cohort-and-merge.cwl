cwlVersion: v1.2
class: Workflow
doc: Runs a sheet of samples, joins their tables once more from the folders, and shows, annotates and compares the results.
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
  vcf:
    type: File
    format: http://edamontology.org/format_3016
outputs:
  results:
    type: Directory?
    outputSource: cohort/results
  sample_list:
    type: File?
    outputSource: cohort/sample_list
  merged:
    type: Directory?
    outputSource: merge/results
  page:
    type: File
    outputSource: report/page
  tables:
    type: Directory
    outputSource: report/tables
  annotated:
    type: File
    outputSource: annotate/annotated
  changes:
    type: File
    outputSource: compare/changes
steps:
  cohort:
    run: ../../../../cwl/cohort.cwl
    in:
      samples: samples
      files: files
      api_url: api_url
      credentials: credentials
      output: {default: cohort}
    out: [results, sample_list]
  merge:
    run: ../../../../cwl/cohort-merge.cwl
    in:
      folders:
        source: [cohort/results]
        linkMerge: merge_nested
        valueFrom: $(self)
      output: {default: merged}
    out: [results]
  report:
    run: ../../../../cwl/report.cwl
    in:
      results:
        source: cohort/results
        valueFrom: $(self)
    out: [page, tables]
  annotate:
    run: ../../../../cwl/annotate.cwl
    in:
      file: vcf
      results:
        source: cohort/results
        valueFrom: $(self)
      sample: {default: tumour-a}
      output: {default: annotated.vcf.gz}
    out: [annotated]
  compare:
    run: ../../../../cwl/compare.cwl
    in:
      old:
        source: cohort/results
        valueFrom: $(self)
      new:
        source: merge/results
        valueFrom: $(self)
    out: [changes]
