"""Everything the vault refuses, with its sentence. Each may cross HTTP by its code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, Unavailable
from kernel.suppression import SupplierAway
from kernel.valkey import ValkeyDown
from privacy.keys.store import KeysUnavailable


class VaultDown(Unavailable):
    code = "vault_down"
    message = _(
        "Signing in is not possible at the moment. Nothing that was posted is lost. Please try again in a minute."
    )


class CodeRefused(DomainError):
    code = "code_refused"
    status = 422
    message = _(
        "That code does not fit. Use the newest message, within ten minutes, or ask for another code."
    )


class PasswordRefused(DomainError):
    code = "password_refused"
    status = 422
    message = _("Address and password do not fit together. Try again, or ask for a code instead.")


class PasswordTooShort(DomainError):
    code = "password_too_short"
    status = 422
    message = _("A password needs at least 10 characters. Choose a longer one.")


class PasswordTooEasy(DomainError):
    code = "password_too_easy"
    status = 422
    message = _(
        "This password is one that others would try first. Choose another: three words that do not belong"
        " together, none of them from your address or from the name of the conversation."
    )


class ProofRefused(DomainError):
    code = "proof_refused"
    status = 403
    message = _("You are no longer signed in. Sign in again; what you typed is kept on this page.")


class RouteRefused(DomainError):
    code = "route_refused"
    status = 422
    message = _("This contribution leads to nobody.")


class OriginalRefused(DomainError):
    code = "original_refused"
    status = 422
    message = "This is not the original of that post, so it stays sealed."


class VotesRefused(DomainError):
    code = "votes_refused"
    status = 422
    message = "Votes can only be carried to another idea, at most 5,000 at a time."


class UnknownConversation(DomainError):
    code = "unknown_conversation"
    status = 404
    message = _("There is no such conversation here.")


class AnswersRefused(DomainError):
    code = "answers_refused"
    status = 422
    message = _("One of the answers is not among the choices. Choose again, or leave the question out.")


class UnknownReference(DomainError):
    code = "unknown_reference"
    status = 404
    message = _("Nobody left this conversation with that number. Check it against what you noted.")


class UnknownJob(DomainError):
    code = "unknown_job"
    status = 404
    message = _("There is no such job.")


class MailingRefused(DomainError):
    code = "mailing_refused"
    status = 422
    message = _(
        "News need a subject of up to 160 characters and a text of up to 10,000. Reminders may leave both out,"
        " or need both."
    )


class NotInvitedYet(DomainError):
    code = "not_invited_yet"
    message = _(
        "The invitations have not left yet, so nothing can be sent again. They leave when the conversation opens."
    )


class UnknownTimeZone(DomainError):
    code = "unknown_time_zone"
    status = 422
    message = _("There is no such time zone. Write it as in Europe/London.")


class NoOfficer(DomainError):
    """Nobody would hear of it, so nothing opens."""

    code = "no_officer"
    message = (
        "No privacy officer is on the vault's list for this organisation, so nobody can be identified."
        " Ask an operator to add one there."
    )


class OfficersNotReached(Unavailable):
    code = "officers_not_reached"
    message: str | Promise = (
        "No privacy officer could be told by mail, so nothing was opened. The approval stands."
        " Try again in a few minutes."
    )


class OwnRequest(DomainError):
    code = "own_request"
    status = 403
    message = "You asked for this identification yourself. Another privacy officer has to decide."


class RequestDecided(DomainError):
    code = "request_decided"
    message = "This identification was decided already. Nothing was changed."


class NotGranted(DomainError):
    code = "not_granted"
    status = 403
    message = (
        "This identification is not open to you: it was not approved, or its 24 hours are over."
        " Ask again if it is still needed."
    )


class GrantSpent(DomainError):
    code = "grant_spent"
    status = 410
    message = "This identification was shown already, and is shown once only."


class NotWarned(DomainError):
    code = "not_warned"
    status = 403
    message = (
        "The vault does not count two warnings on two days, each at least 3 days before the day of this post."
        " Nobody was identified, and this request is over."
    )


class NobodyThere(DomainError):
    code = "nobody_there"
    status = 410
    message = "Whoever wrote this has left the conversation, and nothing leads to them any more."


class NameNotHere(DomainError):
    code = "name_not_here"
    status = 422
    message = "This name was not given for this contribution, so it stays closed."


class UnknownCase(DomainError):
    code = "unknown_case"
    status = 404
    message = "There is no such message in the support queue. Somebody may have closed it."


class NoAddress(DomainError):
    code = "no_address"
    status = 422
    message = (
        "What they left is no e-mail address and no telephone number. Reach them as they ask, then close it."
    )


class AnswerRefused(DomainError):
    code = "answer_refused"
    status = 422
    message = "An answer needs a subject of up to 160 characters and a text of up to 4,000. Change it and send it again."


class NotClosed(DomainError):
    code = "not_closed"
    message = "The conversation is still open in the vault. Its deletion has to begin first."


class StillThere(DomainError):
    code = "still_there"
    message = "People or keys of this conversation are still in the vault, so nothing is certified about it."


class SnapshotGone(DomainError):
    code = "snapshot_gone"
    message = "What was frozen for these figures is no longer there, or is not complete. Ask for them again."


class SnapshotTooLarge(DomainError):
    code = "snapshot_too_large"
    status = 422
    message = "Too much of a snapshot came in one piece. Send it in smaller ones."


class AlreadyReleased(DomainError):
    code = "already_released"
    message = (
        "Figures about groups are released once. They are there already, and nothing new comes beside them."
    )


class TooFewPeople(DomainError):
    code = "too_few_people"
    message = "Daily figures about groups are for conversations of 500 people and more. They come after it has closed."


class UnknownRequest(DomainError):
    code = "unknown_request"
    status = 404
    message = _("There is no request with this number. Check it against the message you got.")


class RequestOver(DomainError):
    code = "request_over"
    message = _("This request has moved on, so that is not possible any more. Look at how far it is.")


class NothingWished(DomainError):
    code = "nothing_wished"
    status = 422
    message = _(
        "Say what shall be done. An address or number has to be whole, and a group needs its new value."
    )


class OneAtATime(DomainError):
    code = "one_at_a_time"
    status = 422
    message = _("Change one at a time: the e-mail address, or the number. Ask once more for the other.")


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(
            VaultDown,
            KeysUnavailable,
            ValkeyDown,
            CodeRefused,
            PasswordRefused,
            PasswordTooShort,
            PasswordTooEasy,
        ),
        *(ProofRefused, RouteRefused, UnknownConversation, AnswersRefused, UnknownJob, UnknownReference),
        *(OriginalRefused, VotesRefused),
        *(MailingRefused, NotInvitedYet, UnknownTimeZone),
        *(NoOfficer, OfficersNotReached, OwnRequest, RequestDecided, NotGranted, GrantSpent, NotWarned),
        *(UnknownRequest, RequestOver, NothingWished, OneAtATime),
        *(NobodyThere, NameNotHere, UnknownCase, NoAddress, AnswerRefused),
        *(NotClosed, StillThere, SupplierAway),
        *(SnapshotGone, SnapshotTooLarge, AlreadyReleased, TooFewPeople),
    )
}
