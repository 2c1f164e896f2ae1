"""Everything the vault refuses, with its sentence. Each may cross HTTP by its code."""

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, Unavailable
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


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(VaultDown, KeysUnavailable, ValkeyDown, CodeRefused, PasswordRefused, PasswordTooShort),
        *(ProofRefused, RouteRefused, UnknownConversation, AnswersRefused, UnknownJob, UnknownReference),
        *(OriginalRefused, VotesRefused),
        *(MailingRefused, NotInvitedYet, UnknownTimeZone),
    )
}
