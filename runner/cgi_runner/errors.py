"""Every way this program can fail, with the exit code that pipelines act on and a tip for the person who reads it."""

from __future__ import annotations


class RunnerError(Exception):
    """A failure that was foreseen: one sentence for a person, a tip, and an exit code for a pipeline.

    The sentence says what was found, what was expected and where; the tip says what to do next.
    """

    exit_code = 1

    def __init__(self, message: str, *, tip: str = "") -> None:
        """Keep the sentence and the tip; both are shown on one line each."""
        super().__init__(message)
        self.message = message
        self.tip = tip

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error pass between processes, as engines written in Python pass it, whatever its class asks for."""
        return _restore, (type(self), self.args), self.__dict__


def _restore(kind: type[RunnerError], args: tuple[object, ...]) -> RunnerError:
    return kind.__new__(kind, *args)


class InputError(RunnerError):
    """The command or an input file is not usable; nothing was sent."""

    exit_code = 2


class StillRunningError(RunnerError):
    """The deadline came while CGI was still running it; the same command finds the job again."""

    exit_code = 3


class CredentialsError(RunnerError):
    """The e-mail and token are missing, unusable or refused."""

    exit_code = 4


class JobFailedError(RunnerError):
    """CGI ended the job with the status Error."""

    exit_code = 5


class ResultsError(RunnerError):
    """What was downloaded is corrupt, or belongs to another job."""

    exit_code = 6


class ForeignResultsError(RunnerError):
    """An intact archive that is not believed: it names another job, genome or cancer type, or rows never sent.

    To repeat the command does not help; the archive is kept.
    """

    exit_code = 10


class ServiceError(RunnerError):
    """The service was not reached, or answered with something that is no answer."""

    exit_code = 7


class JobNotShownError(JobFailedError, ServiceError):
    """The service has taken a job in a moment ago, and does not show it; to submit it again could make a second one."""

    exit_code = 7


class AccountFullError(RunnerError):
    """The account has no free job slot."""

    exit_code = 8


class RowsMissingError(RunnerError):
    """The results are verified, but rows are missing and `--strict` was asked."""

    exit_code = 9
