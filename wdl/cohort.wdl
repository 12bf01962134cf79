version 1.1

import "tasks.wdl" as cgi

workflow cohort_in_few_jobs {
  meta {
    description: "Interpret the tumours of a cohort with CGI in as few jobs as possible"
    author: "the cgi-runner contributors"
  }
  parameter_meta {
    samples: "Table with the columns sample, cancer_type, reference, mutations, cnas and translocations; the last three name files without a folder, with semicolons between several"
    files: "All files that the table names, each with a different name"
    mutations: "Files with the mutations of all samples, in place of the table's column"
    cnas: "Files with the copy numbers of all samples, in place of the table's column"
    translocations: "Files with the fusions of all samples, in place of the table's column"
    cancer_type: "CGI's id, a name, or a code with its list, for samples whose line in the table names none"
    reference: "Genome build of the positions, hg38 or hg19; needed where the files do not name it"
    title: "Title of the jobs at CGI; part of what makes a job the same job"
    keep_filtered: "Send variants that failed their filters, too"
    skip_bad: "Run the samples that can be used, and list the others"
    max_rows: "Most rows in one job"
    api_url: "Another address than CGI's own"
    sandbox: "Use a stand-in of the service inside the task; no account is needed and the results are examples"
    credentials: "File with one line: e-mail address, space, token; only its path is in the command"
    ca_bundle: "PEM file of the certificate authorities to trust"
    state: "Path of a folder for locks and notes, where the engine mounts one that all containers see"
    deadline: "How long to wait for CGI"
    strict: "End with code 9 when rows that were sent did not come back"
    image: "Container image, by tag or by digest"
    max_retries: "How often the engine starts the task again; it does so for every exit code"
  }
  input {
    File? samples
    Array[File] files = []
    Array[File] mutations = []
    Array[File] cnas = []
    Array[File] translocations = []
    String? cancer_type
    String? reference
    String? title
    Boolean keep_filtered = false
    Boolean skip_bad = false
    Int max_rows = 100000
    String? api_url
    Boolean sandbox = false
    File? credentials
    File? ca_bundle
    String? state
    String deadline = "6h"
    Boolean strict = false
    String image = "cgi-runner:0.1.0"
    Int max_retries = 1
  }
  call cgi.cohort {
    input:
      samples = samples,
      files = files,
      mutations = mutations,
      cnas = cnas,
      translocations = translocations,
      cancer_type = cancer_type,
      reference = reference,
      title = title,
      keep_filtered = keep_filtered,
      skip_bad = skip_bad,
      max_rows = max_rows,
      api_url = api_url,
      sandbox = sandbox,
      credentials = credentials,
      ca_bundle = ca_bundle,
      state = state,
      deadline = deadline,
      strict = strict,
      image = image,
      max_retries = max_retries
  }
  output {
    File results = cohort.results
    File sample_list = cohort.sample_list
    File dropped = cohort.dropped
    File? alterations = cohort.alterations
    File? biomarkers = cohort.biomarkers
    File? cna_analysis = cohort.cna_analysis
    File? fusion_analysis = cohort.fusion_analysis
  }
}
