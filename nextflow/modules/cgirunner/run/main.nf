process CGIRUNNER_RUN {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container 'cgi-runner:0.1.0'

    // Set once with `nextflow secrets set`; the token is on no command line and in no script.
    secret 'CGI_EMAIL'
    secret 'CGI_TOKEN'

    // Of the runner's exit codes these may pass; the others are a killed or preempted task. Each attempt finds its job.
    errorStrategy { task.exitStatus in [3, 6, 7, 8, 129, 130, 137, 143] ? 'retry' : 'finish' }
    maxRetries 2

    input:
    tuple val(meta), path(mutations, stageAs: 'mutations/*'), path(cnas, stageAs: 'cnas/*'), path(translocations, stageAs: 'translocations/*')

    output:
    tuple val(meta), path("${prefix}"), emit: results
    tuple val(meta), path("${prefix}/report.html"), emit: report
    tuple val(meta), path("${prefix}/alterations.tsv"), emit: alterations, optional: true
    tuple val(meta), path("${prefix}/biomarkers.tsv"), emit: biomarkers, optional: true
    tuple val(meta), path("${prefix}/dropped.tsv"), emit: dropped
    tuple val(meta), path("${prefix}/cgi-job.json"), emit: record
    path 'versions.yml', emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def files = [mutations: mutations, cnas: cnas, translocations: translocations].collectMany { kind, given -> given ? [given].flatten().collect { file -> "--${kind} '${file}'" } : [] }.join(' ')
    def reference = meta.reference ? "--reference ${meta.reference}" : ''
    def column = meta.tumor_column ? "--tumor-column '${meta.tumor_column}'" : ''
    // The runner ends before the engine's time limit, with code 3, and says which job it waited for.
    def minutes = task.time ? Math.max(task.time.toMinutes() - 10, 1) : 360
    """
    cgi-runner run \\
        ${files} \\
        --cancer-type '${meta.cancer_type}' \\
        ${reference} \\
        ${column} \\
        --title '${meta.id}' \\
        --sample '${meta.id}' \\
        --deadline ${minutes}m \\
        --attempts 3 \\
        ${args} \\
        --output '${prefix}'

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        cgi-runner: \$(cgi-runner --version | sed 's/.* //')
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir '${prefix}'
    touch '${prefix}/report.html' '${prefix}/alterations.tsv' '${prefix}/biomarkers.tsv' '${prefix}/dropped.tsv' '${prefix}/cgi-job.json'

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        cgi-runner: \$(cgi-runner --version | sed 's/.* //')
    END_VERSIONS
    """
}
