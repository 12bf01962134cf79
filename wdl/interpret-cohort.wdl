version 1.1

import "tasks.wdl" as cgi

struct Tumour {
  String sample
  String cancer_type
  Array[File]? mutations
  Array[File]? cnas
  Array[File]? translocations
  String? tumor_column
}

workflow interpret_cohort {
  meta {
    description: "Interpret the tumours of a cohort with CGI, one job a tumour, side by side, and join the tables"
    author: "the cgi-runner contributors"
  }
  parameter_meta {
    tumours: "The tumours, each with sample, cancer_type, at least one of mutations, cnas and translocations (lists of files), and, where its VCF does not tell, tumor_column"
    reference: "Genome build of the positions, hg38 or hg19; needed where the files do not name it"
    title: "Title of the jobs at CGI; part of what makes a job the same job"
    keep_filtered: "Send variants that failed their filters, too"
    api_url: "Another address than CGI's own"
    sandbox: "Use a stand-in of the service inside each task; no account is needed and the results are examples"
    credentials: "File with one line: e-mail address, space, token; only its path is in the command"
    ca_bundle: "PEM file of the certificate authorities to trust"
    state: "Path of a folder for locks and notes, where the engine mounts one that all containers see"
    deadline: "How long to wait for CGI"
    attempts: "Attempts in all: exit codes 6, 7 and 8 are tried again within the deadline"
    strict: "End with code 9 when rows that were sent did not come back"
    delete: "Delete the jobs and their data at CGI once their results are here"
    image: "Container image, by tag or by digest"
    max_retries: "How often the engine starts a task again; it does so for every exit code"
  }
  input {
    Array[Tumour]+ tumours
    String? reference
    String? title
    Boolean keep_filtered = false
    String? api_url
    Boolean sandbox = false
    File? credentials
    File? ca_bundle
    String? state
    String deadline = "6h"
    Int attempts = 3
    Boolean strict = false
    Boolean delete = false
    String image = "cgi-runner:0.1.0"
    Int max_retries = 1
  }
  scatter (tumour in tumours) {
    call cgi.run {
      input:
        mutations = select_first([tumour.mutations, []]),
        cnas = select_first([tumour.cnas, []]),
        translocations = select_first([tumour.translocations, []]),
        cancer_type = tumour.cancer_type,
        sample = tumour.sample,
        reference = reference,
        title = title,
        tumor_column = tumour.tumor_column,
        keep_filtered = keep_filtered,
        api_url = api_url,
        sandbox = sandbox,
        credentials = credentials,
        ca_bundle = ca_bundle,
        state = state,
        deadline = deadline,
        attempts = attempts,
        strict = strict,
        image = image,
        max_retries = max_retries
    }
    # The sandbox ends with the task, and its jobs with it.
    if (delete && !sandbox) {
      call cgi.delete as clean_up {
        input:
          job = run.record,
          api_url = api_url,
          credentials = credentials,
          ca_bundle = ca_bundle,
          state = state,
          image = image,
          max_retries = max_retries
      }
    }
  }
  call cgi.cohort_merge {
    input:
      folders = run.results,
      image = image
  }
  output {
    Array[File] results = run.results
    Array[File] records = run.record
    Array[File?] deleted = clean_up.deleted
    File merged = cohort_merge.results
    File? dropped = cohort_merge.dropped
    File? alterations = cohort_merge.alterations
    File? biomarkers = cohort_merge.biomarkers
    File? cna_analysis = cohort_merge.cna_analysis
    File? fusion_analysis = cohort_merge.fusion_analysis
  }
}
