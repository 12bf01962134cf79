"""What people see of the findings: the page, tables for programs, MultiQC's files, Markdown, and what has changed."""
