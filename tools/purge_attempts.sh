#!/bin/bash
# Delete what Galaxy keeps of the attempts before the last one of a resubmitted job: scripts with credentials, patients' data.
#
#   purge_attempts.sh JOB_WORKING_DIRECTORY [MINUTES]     those older than MINUTES (default: 5)
#
# Galaxy moves the folder of each earlier attempt to _cleared_contents and never looks into it again; no setting of
# cleanup_job deletes it. Run this as Galaxy's user, every hour or more often.
set -euo pipefail

JOBS=${1:?the folder that job_working_directory names in galaxy.yml is missing}
MINUTES=${2:-5}
[ -d "$JOBS" ] || { echo "$JOBS is no folder" >&2; exit 1; }
[ -d "$JOBS/_cleared_contents" ] || exit 0

# An attempt is the folder that holds the job's script; only what Galaxy has moved away is looked at.
find "$JOBS/_cleared_contents" -type f -name 'galaxy_*.sh' -mmin "+$MINUTES" -printf '%h\0' |
  xargs --null --no-run-if-empty rm -rf --
