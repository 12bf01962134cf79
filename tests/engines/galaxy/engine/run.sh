#!/bin/bash
# What planemo and the tests start instead of the run.sh of a Galaxy checkout: the Galaxy that is installed in ../server.
# In the foreground, with GALAXY_CONFIG_FILE and GALAXY_CONFIG_OVERRIDE_* set; the caller ends the process group.
# Galaxy's own launcher is passed by because it refuses to run as root.
set -euo pipefail
SERVER=$(cd "$(dirname "${BASH_SOURCE[0]}")/../server" && pwd)
export VIRTUAL_ENV=$SERVER GALAXY_VIRTUAL_ENV=$SERVER PATH="$SERVER/bin:$PATH"
# The worker sets the metadata of finished jobs in a process that is warm; starting a new one takes seconds every time.
# It and the server make the same database at their start; on a busy machine the worker may lose, so it gets other tries.
export GALAXY_CONFIG_OVERRIDE_ENABLE_CELERY_TASKS=true GALAXY_CONFIG_OVERRIDE_METADATA_STRATEGY=directory_celery
{
  until "$SERVER/bin/celery" --app galaxy.celery worker --concurrency 1 --loglevel WARNING --pool threads \
    --queues celery,galaxy.internal,galaxy.external; do sleep 1; done
} &
bind=$("$SERVER/bin/python" -c '
import json, sys
print(json.load(open(sys.argv[1]))["gravity"]["gunicorn"]["bind"])' "$GALAXY_CONFIG_FILE")
exec "$SERVER/bin/galaxy-web" -c "$GALAXY_CONFIG_FILE" --bind "$bind"
