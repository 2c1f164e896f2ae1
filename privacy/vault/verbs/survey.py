"""The verb of the survey before access: answers go into the vault and nowhere else."""

import json
import re
from dataclasses import replace
from uuid import UUID

from privacy.anonymity import Proof, Ticket
from privacy.vault.models import Person
from privacy.vault.opened import Opened, opened
from privacy.vault.people import (
    attributes_of,
    end_sessions,
    new_handle,
    set_attributes,
    ticket_of,
)
from privacy.vault.proofs import proven
from privacy.vault.refusals import AnswersRefused
from privacy.vault.verb import Caller, verb

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_MOST_ANSWERS = 20
_SURVEY_BYTES = 4096


@verb
def answer_survey(
    caller: Caller, conversation: UUID, proof: Proof, answers: dict[str, str], area: str
) -> Ticket:
    """
    Keep somebody's answers (dimension code -> bucket code), in place of earlier ones; returns a new ticket.

    Every question is optional: what is not answered is not stored. `area` is taken over only where the
    roster names none; the sessions so far then end. Raises ProofRefused, AnswersRefused.
    """
    keys = opened(caller, conversation)
    person = proven(keys, proof, "answer_survey")
    if len(answers) > _MOST_ANSWERS or not all(
        _CODE.fullmatch(part) for pair in answers.items() for part in pair
    ):
        raise AnswersRefused
    plain = json.dumps(answers, sort_keys=True).encode()
    person.sealed_survey = keys.seal("person", "survey", person.id, plain, padded_to=_SURVEY_BYTES)
    ended = _choose_area(keys, person, area)
    person.save(update_fields=["sealed_survey", "sealed_attributes", "handle"])
    if ended:
        end_sessions(keys, ended)
    return ticket_of(keys, person)


def answers_of(keys: Opened, person: Person) -> dict[str, str]:
    """What somebody answered; nothing where the survey was passed by."""
    if person.sealed_survey is None:
        return {}
    found: dict[str, str] = json.loads(keys.unseal("person", "survey", person.id, person.sealed_survey))
    return found


def _choose_area(keys: Opened, person: Person, area: str) -> str | None:
    """Give a person without area the one they chose; returns the handle whose sessions end."""
    known = attributes_of(keys, person)
    if known.area or not area:
        return None
    set_attributes(keys, person, replace(known, area=area))
    ended, person.handle = person.handle, new_handle()
    return ended
