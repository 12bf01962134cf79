version 1.1

# One task a command of cgi-runner. Values reach the command as lines of a quoted text, which no shell reads: a title
# with an apostrophe, or a file name with a blank, is taken as it is. Options that are not given leave an empty line out.

task run {
  meta {
    description: "Check the alterations of one tumour, submit them to CGI once, wait, and bring the verified results back. Run again with the same inputs, it finds its job."
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
    image: "Container image, by tag or by digest"
    max_retries: "How often the engine starts the task again; it does so for every exit code"
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
    String image = "cgi-runner:0.1.0"
    Int max_retries = 1
  }
  command <<<
    mapfile -t arguments < <(grep . <<'END_OF_ARGUMENTS'
    ~{sep("\n", prefix("--mutations=", mutations))}
    ~{sep("\n", prefix("--cnas=", cnas))}
    ~{sep("\n", prefix("--translocations=", translocations))}
    --cancer-type=~{cancer_type}
    ~{"--reference=" + reference}
    ~{"--title=" + title}
    ~{"--sample=" + sample}
    ~{"--tumor-column=" + tumor_column}
    ~{if keep_filtered then "--keep-filtered" else ""}
    ~{"--api-url=" + api_url}
    ~{if sandbox then "--sandbox" else ""}
    ~{"--credentials=" + credentials}
    ~{"--ca-bundle=" + ca_bundle}
    ~{"--state=" + state}
    --deadline=~{deadline}
    --attempts=~{attempts}
    ~{if strict then "--strict" else ""}
    END_OF_ARGUMENTS
    )
    cgi-runner run "${arguments[@]}" --output cgi-results && tar -czf cgi-results.tar.gz cgi-results
  >>>
  output {
    File results = "cgi-results.tar.gz"
    File record = "cgi-results/cgi-job.json"
    File archive = "cgi-results/cgi-results.zip"
    File logs = "cgi-results/cgi-logs.txt"
    File dropped = "cgi-results/dropped.tsv"
    File? report = "cgi-results/report.html"
    File? summary = "cgi-results/summary.txt"
    File? alterations = "cgi-results/alterations.tsv"
    File? biomarkers = "cgi-results/biomarkers.tsv"
    File? cna_analysis = "cgi-results/cna_analysis.tsv"
    File? fusion_analysis = "cgi-results/fusion_analysis.tsv"
  }
  runtime {
    container: image
    cpu: 1
    memory: "512 MiB"
    maxRetries: max_retries
  }
}

task cohort {
  meta {
    description: "Run many samples in as few jobs at CGI as they fit into, and give each sample the results that it would have had alone. Run again with the same inputs, it goes on with its jobs."
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
  command <<<
    mkdir sheet
    while IFS= read -r file; do
      ln -s "$file" sheet/ || exit 2
    done < <(grep . <<'END_OF_FILES'
    ~{sep("\n", files)}
    END_OF_FILES
    )
    while IFS= read -r file; do
      cp "$file" sheet/samples.tsv
    done < <(grep . <<'END_OF_SHEET'
    ~{samples}
    END_OF_SHEET
    )
    mapfile -t arguments < <(grep . <<'END_OF_ARGUMENTS'
    ~{sep("\n", prefix("--mutations=", mutations))}
    ~{sep("\n", prefix("--cnas=", cnas))}
    ~{sep("\n", prefix("--translocations=", translocations))}
    ~{"--cancer-type=" + cancer_type}
    ~{"--reference=" + reference}
    ~{"--title=" + title}
    ~{if keep_filtered then "--keep-filtered" else ""}
    ~{if skip_bad then "--skip-bad" else ""}
    --max-rows=~{max_rows}
    ~{"--api-url=" + api_url}
    ~{if sandbox then "--sandbox" else ""}
    ~{"--credentials=" + credentials}
    ~{"--ca-bundle=" + ca_bundle}
    ~{"--state=" + state}
    --deadline=~{deadline}
    ~{if strict then "--strict" else ""}
    ~{if defined(samples) then "sheet/samples.tsv" else ""}
    END_OF_ARGUMENTS
    )
    cgi-runner cohort "${arguments[@]}" --output cgi-results && tar -czf cgi-results.tar.gz cgi-results
  >>>
  output {
    File results = "cgi-results.tar.gz"
    File sample_list = "cgi-results/samples.tsv"
    File dropped = "cgi-results/dropped.tsv"
    File? alterations = "cgi-results/alterations.tsv"
    File? biomarkers = "cgi-results/biomarkers.tsv"
    File? cna_analysis = "cgi-results/cna_analysis.tsv"
    File? fusion_analysis = "cgi-results/fusion_analysis.tsv"
  }
  runtime {
    container: image
    cpu: 1
    memory: "1 GiB"
    maxRetries: max_retries
  }
}

task cohort_merge {
  meta {
    description: "Join the tables of samples that were run separately. No service is asked."
  }
  parameter_meta {
    folders: "Results of the tasks run or cohort"
    image: "Container image, by tag or by digest"
  }
  input {
    Array[File]+ folders
    String image = "cgi-runner:0.1.0"
  }
  command <<<
    number=0
    while IFS= read -r file; do
      number=$((number + 1))
      folder=$(printf 'folders/%06d' $number)
      mkdir -p "$folder" && tar -xzf "$file" -C "$folder" --strip-components 1 || exit 2
    done < <(grep . <<'END_OF_FILES'
    ~{sep("\n", folders)}
    END_OF_FILES
    )
    cgi-runner cohort-merge folders/* --output cgi-results && tar -czf cgi-results.tar.gz cgi-results
  >>>
  output {
    File results = "cgi-results.tar.gz"
    File? dropped = "cgi-results/dropped.tsv"
    File? alterations = "cgi-results/alterations.tsv"
    File? biomarkers = "cgi-results/biomarkers.tsv"
    File? cna_analysis = "cgi-results/cna_analysis.tsv"
    File? fusion_analysis = "cgi-results/fusion_analysis.tsv"
  }
  runtime {
    container: image
    cpu: 1
    memory: "1 GiB"
  }
}

task delete {
  meta {
    description: "Delete a job whose results were verified, with its data at CGI, which frees its slot in the account."
  }
  parameter_meta {
    job: "Record of the job, an output of the task run"
    api_url: "Another address than CGI's own"
    credentials: "File with one line: e-mail address, space, token; only its path is in the command"
    ca_bundle: "PEM file of the certificate authorities to trust"
    state: "Path of a folder for locks and notes, where the engine mounts one that all containers see"
    image: "Container image, by tag or by digest"
    max_retries: "How often the engine starts the task again; it does so for every exit code"
  }
  input {
    File job
    String? api_url
    File? credentials
    File? ca_bundle
    String? state
    String image = "cgi-runner:0.1.0"
    Int max_retries = 1
  }
  command <<<
    mapfile -t arguments < <(grep . <<'END_OF_ARGUMENTS'
    ~{"--api-url=" + api_url}
    ~{"--credentials=" + credentials}
    ~{"--ca-bundle=" + ca_bundle}
    ~{"--state=" + state}
    ~{job}
    END_OF_ARGUMENTS
    )
    cgi-runner delete "${arguments[@]}" --json
  >>>
  output {
    File deleted = stdout()
  }
  runtime {
    container: image
    cpu: 1
    memory: "256 MiB"
    maxRetries: max_retries
  }
}
