"""The sandbox told to misbehave, for drills and for the proofs: `plan` is the language, the others what it can say."""

from cgi_sandbox.faults.catalogue import CATALOGUE, Fault
from cgi_sandbox.faults.plan import FaultPlan, parse
from cgi_sandbox.faults.rule import Rule

__all__ = ["CATALOGUE", "Fault", "FaultPlan", "Rule", "parse"]
