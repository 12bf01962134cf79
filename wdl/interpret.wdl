version 1.1

import "tasks.wdl" as cgi

workflow interpret {
  meta {
    description: "Interpret the alterations of one tumour with CGI; the job there is deleted afterwards if that is asked for"
    author: "the cgi-runner contributors"
  }
  parameter_meta {
    mutations: "VCF (also bgzipped), MAF, or tables with positions or HGVS; several where a caller writes several for one tumour; at least one of mutations, cnas and translocations is needed"
    cnas: "Tables with gene and amp or del, GISTIC or cBioPortal matrices, or calls of FACETS-suite or PURPLE"
    translocations: "Tables of gene fusions such as BCR__ABL1, or files of fusion callers"
    cancer_type: "CGI's id, a name, or a code with its list, such as oncotree:ES"
    reference: "Genome build of the positions, hg38 or hg19; needed where the files do not name it"
    title: "Title of the job at CGI; part of what makes a job the same job"
    sample: "Name of the sample, for files that do not name one themselves"
    tumor_column: "Sample column of a VCF that is the tumour, where neither its header nor usual names tell"
    keep_filtered: "Send variants that failed their filters, too"
    api_url: "Another address than CGI's own"
    sandbox: "Use a stand-in of the service inside the task; no account is needed and the results are examples"
    credentials: "File with one line: e-mail address, space, token; only its path is in the command"
    ca_bundle: "PEM file of the certificate authorities to trust"
    state: "Path of a folder for locks and notes, where the engine mounts one that all containers see"
    deadline: "How long to wait for CGI"
    attempts: "Attempts in all: exit codes 6, 7 and 8 are tried again within the deadline"
    strict: "End with code 9 when rows that were sent did not come back"
    delete: "Delete the job and its data at CGI once its results are here"
    image: "Container image, by tag or by digest"
    max_retries: "How often the engine starts a task again; it does so for every exit code"
  }
  input {
    Array[File] mutations = []
    Array[File] cnas = []
    Array[File] translocations = []
    String cancer_type
    String? reference
    String? title
    String? sample
    String? tumor_column
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
  call cgi.run {
    input:
      mutations = mutations,
      cnas = cnas,
      translocations = translocations,
      cancer_type = cancer_type,
      reference = reference,
      title = title,
      sample = sample,
      tumor_column = tumor_column,
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
  output {
    File results = run.results
    File record = run.record
    File archive = run.archive
    File logs = run.logs
    File dropped = run.dropped
    File? report = run.report
    File? summary = run.summary
    File? alterations = run.alterations
    File? biomarkers = run.biomarkers
    File? cna_analysis = run.cna_analysis
    File? fusion_analysis = run.fusion_analysis
    File? deleted = clean_up.deleted
  }
}
