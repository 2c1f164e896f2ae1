"""The verb of the survey before access: answers go into the vault and nowhere else."""

import json
import re
from uuid import UUID

from privacy.anonymity import Proof
from privacy.vault.models import Person
from privacy.vault.opened import opened
from privacy.vault.proofs import proven
from privacy.vault.refusals import AnswersRefused
from privacy.vault.verb import Caller, verb

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_MOST_ANSWERS = 20
_SURVEY_BYTES = 4096


@verb
def answer_survey(caller: Caller, conversation: UUID, proof: Proof, answers: dict[str, str]) -> None:
    """
    Keep somebody's answers (dimension code -> bucket code), in place of earlier ones.

    Every question is optional: what is not answered is not stored. Raises ProofRefused,
    AnswersRefused.
    """
    keys = opened(caller, conversation)
    person = proven(keys, proof, "answer_survey")
    if len(answers) > _MOST_ANSWERS or not all(
        _CODE.fullmatch(part) for pair in answers.items() for part in pair
    ):
        raise AnswersRefused
    plain = json.dumps(answers, sort_keys=True).encode()
    sealed = keys.seal("person", "survey", person.id, plain, padded_to=_SURVEY_BYTES)
    Person.objects.filter(pk=person.pk).update(sealed_survey=sealed)
