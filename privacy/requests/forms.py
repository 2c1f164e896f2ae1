"""What is typed on the pages of requests, said kindly. Services and the vault check everything again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.requests.models import Channel, Kind
from privacy.vault.addresses import read_email, read_phone
from privacy.vault.rights import Wish

_LONGEST = {"max_length": _("This is longer than any address. Check it.")}


class AskForm(forms.Form):
    """Asking, on the page that everybody may open."""

    kind = forms.ChoiceField(
        choices=Kind.choices,
        error_messages={
            "required": _("Choose what you ask for."),
            "invalid_choice": _("Choose what you ask for."),
        },
    )
    address = forms.CharField(
        max_length=320,
        error_messages={"required": _("Type your e-mail address or mobile number."), **_LONGEST},
    )

    def clean_address(self) -> str:
        typed: str = self.cleaned_data["address"]
        if read_email(typed) is None and read_phone(typed) is None:
            raise forms.ValidationError(_("This is no e-mail address and no telephone number. Check it."))
        return typed


class NumberForm(forms.Form):
    """A request's number with one of its codes."""

    number = forms.CharField(
        max_length=20,
        error_messages={
            "required": _("Type the number of your request."),
            "max_length": _("Type the number of your request."),
        },
    )
    code = forms.CharField(
        max_length=40,
        error_messages={
            "required": _("Type the code from the message."),
            "max_length": _("Type the code from the message."),
        },
    )

    def clean_number(self) -> str:
        """People leave the hyphen out, or write small letters."""
        plain = "".join(c for c in self.cleaned_data["number"].upper() if c.isascii() and c.isalnum())
        return f"{plain[:4]}-{plain[4:8]}"


class WishForm(forms.Form):
    """What shall be done. Which of it counts depends on the kind of request."""

    keeps = forms.ChoiceField(choices=[("keep", ""), ("withdraw", "")], required=False)
    email = forms.CharField(max_length=320, required=False)
    phone = forms.CharField(max_length=40, required=False)
    group = forms.CharField(max_length=80, required=False)
    value = forms.CharField(max_length=80, required=False)

    @property
    def wish(self) -> Wish:
        chosen = self.cleaned_data.get("keeps", "")
        texts = {name: self.cleaned_data.get(name, "") for name in ("email", "phone", "group", "value")}
        return Wish(keeps=None if not chosen else chosen == "keep", **texts)


class EntryForm(forms.Form):
    """A request that reached staff. English: nobody else reads it."""

    kind = forms.ChoiceField(
        choices=Kind.choices,
        error_messages={
            "required": "Choose what they ask for.",
            "invalid_choice": "Choose what they ask for.",
        },
    )
    channel = forms.ChoiceField(
        choices=[choice for choice in Channel.choices if choice[0] != Channel.SITE],
        error_messages={"required": "Choose how it arrived.", "invalid_choice": "Choose how it arrived."},
    )
    place = forms.UUIDField(
        required=False, error_messages={"invalid": "Choose an organisation from the list."}
    )
    received_on = forms.DateField(
        error_messages={
            "required": "Give the day on which it arrived.",
            "invalid": "Give the day as in 2026-03-31.",
        }
    )
    address = forms.CharField(
        max_length=320,
        required=False,
        error_messages={"max_length": "This is longer than any address. Check it."},
    )
    language = forms.CharField(max_length=10, required=False)
