"""What the engine needs to know before it can judge a transcript, and what is still on its way.

There is no order across topics: whatever a transcript refers to may arrive after it. A missing fact has a key, under
which the transcript waits for it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Protocol, TypeVar
from uuid import UUID

from shared.contracts.agreements import LearningAgreementAgreed, MemorandumActivated, MemorandumStep
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    GradeTablePublished,
    QualificationPublished,
)

Versioned = tuple[UUID, int]
V = TypeVar("V")
K = TypeVar("K")


class NotKnownYetError(LookupError):
    """Something that the transcript refers to has not arrived; `key` says what."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Known:
    """The reference facts that some transcripts need, as far as they have arrived."""

    agreements: Mapping[Versioned, LearningAgreementAgreed] = field(default_factory=dict)
    memoranda: Mapping[Versioned, MemorandumActivated] = field(default_factory=dict)
    comparabilities: Mapping[Versioned, ComparabilityDeclared] = field(default_factory=dict)
    withdrawals: Mapping[UUID, ComparabilityWithdrawn] = field(default_factory=dict)
    qualifications: Mapping[Versioned, QualificationPublished] = field(default_factory=dict)
    qualification_versions: Mapping[UUID, Sequence[QualificationPublished]] = field(default_factory=dict)
    country_policies: Mapping[str, Sequence[CountryPolicyPublished]] = field(default_factory=dict)
    """All versions of all policies, by country."""
    grade_tables: Mapping[UUID, Sequence[GradeTablePublished]] = field(default_factory=dict)
    """All versions of all tables, by institution; of the institutions of what is graded only."""
    memorandum_steps: Mapping[UUID, Sequence[MemorandumStep]] = field(default_factory=dict)
    cancellations: Mapping[UUID, date] = field(default_factory=dict)
    """Learning agreements that were cancelled after they had been agreed."""

    def agreements_of(self, agreement: LearningAgreementAgreed) -> Sequence[LearningAgreementAgreed]:
        """The versions of the agreement that have arrived."""
        return self._agreements[agreement.learning_agreement_id]

    def memoranda_of(self, memorandum: MemorandumActivated) -> list[MemorandumActivated]:
        return [one for (id_, _), one in self.memoranda.items() if id_ == memorandum.memorandum_id]

    @cached_property
    def _agreements(self) -> Mapping[UUID, Sequence[LearningAgreementAgreed]]:
        """By id: there are as many as transcripts."""
        versions: dict[UUID, list[LearningAgreementAgreed]] = defaultdict(list)
        for (id_, _), one in self.agreements.items():
            versions[id_].append(one)
        return versions


class _Dated(Protocol):
    @property
    def version(self) -> int: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


D = TypeVar("D", bound=_Dated)


def in_force(versions: Iterable[D], day: date) -> D | None:
    """The one that began last before that day or on it; None if it has ended, for what it replaced does not return."""
    begun = [one for one in versions if one.valid_from <= day]
    last = max(begun, key=lambda one: (one.valid_from, one.version), default=None)
    return last if last and (last.valid_until is None or day <= last.valid_until) else None


def as_they_stand(policies: Iterable[CountryPolicyPublished]) -> Iterable[CountryPolicyPublished]:
    """Each policy in its latest version, which says how long it holds; earlier ones knew no better."""
    return {one.country_policy_id: one for one in sorted(policies, key=lambda one: one.version)}.values()


def key(kind: str, id_: object, version: int | None = None) -> str:
    """What a fact is waited for under, e.g. `memorandum:<id>:<version>`; without a version, any will do."""
    return f"{kind}:{id_}" if version is None else f"{kind}:{id_}:{version}"


def known_as(kind: str, wanted: Versioned, facts: Mapping[Versioned, V]) -> V:
    """The fact in the very version that is named; `NotKnownYetError` if it has not arrived."""
    if fact := facts.get(wanted):
        return fact
    raise NotKnownYetError(key(kind, *wanted))


def any_known(kind: str, wanted: K, facts: Mapping[K, Sequence[V]]) -> Sequence[V]:
    """Nothing says which version: the one in force at the assessment date counts, so one at least has to be known."""
    if versions := facts.get(wanted):
        return versions
    raise NotKnownYetError(key(kind, wanted))
