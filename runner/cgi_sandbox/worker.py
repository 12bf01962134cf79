"""Runs the analyses in the background, so that no request waits for a large table longer than it should."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from cgi_sandbox.analysis import RESULTS, analyse
from cgi_sandbox.row_index import SharedVariants
from cgi_sandbox.store import FAILED, Job, Store
from cgi_sandbox.tables import StoppedError

logger = logging.getLogger(__name__)

THREADS = 2
PATIENCE = 5.0


class Worker:
    """A few threads and the analyses they are at."""

    def __init__(self, store: Store, shared_variants: SharedVariants = "last") -> None:
        """Be ready to analyse the jobs of `store`; `shared_variants` is for `analyse`."""
        self._store = store
        self._shared_variants = shared_variants
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sandbox-analysis")
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._running: dict[str, Future[None]] = {}

    def start(self, job: Job) -> None:
        """Begin the analysis of a job, unless it is already under way."""
        self._ensure_running(job)

    def wait_for(self, job: Job) -> Job:
        """Wait a moment for the analysis, and return the job as it is then."""
        wait([self._ensure_running(job)], timeout=PATIENCE)
        return self._store.find(job.owner, job.id) or job

    def close(self) -> None:
        """Stop; what is not finished begins again with the next start."""
        self._stopping.set()
        self._threads.shutdown(cancel_futures=True)

    def _ensure_running(self, job: Job) -> Future[None]:
        with self._lock:
            future = self._running.get(job.id)
            if future is None:
                future = self._running[job.id] = self._threads.submit(self._analyse, job)
                future.add_done_callback(lambda _: self._running.pop(job.id, None))
            return future

    def _analyse(self, job: Job) -> None:
        stored = self._store.find(job.owner, job.id)
        if stored is None or stored.outcome:
            # Who asked had read the job before its analysis ended; a second one would find no uploads any more.
            return
        folder = self._store.folder(job.id)
        try:
            outcome = analyse(job, folder, self._stopping.is_set, self._shared_variants)
        except StoppedError:
            return
        except OSError as error:
            # A job deleted while it is analysed loses its files under the analysis; anything else is worth knowing.
            level = logging.ERROR if folder.exists() else logging.DEBUG
            logger.log(level, "the analysis of %s ended: %s", job.id, error)
            return
        self._store.finish(job.id, outcome)
        if outcome != FAILED and (folder / RESULTS).exists():
            for name in job.uploads.split(","):
                (folder / name).unlink(missing_ok=True)
