"""What participants type, said kindly. The services check everything again."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    address = forms.CharField(
        max_length=320,
        error_messages={
            "required": _("Type your e-mail address or mobile number."),
            "max_length": _("This is longer than any address. Check it."),
        },
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40, error_messages={"required": _("Type the eight digits from the message.")}
    )

    def clean_code(self) -> str:
        """Digits only: people paste codes with spaces and hyphens."""
        digits = "".join(c for c in self.cleaned_data["code"] if c.isdecimal())
        if len(digits) != 8:
            raise forms.ValidationError(_("The code has eight digits. Check it against the message."))
        return digits


class PasswordForm(AddressForm):
    password = forms.CharField(
        strip=False, max_length=1000, error_messages={"required": _("Type your password.")}
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        strip=False,
        max_length=1000,
        error_messages={
            "required": _("Choose a password of at least 10 characters."),
            "max_length": _("Choose a password of at most 1,000 characters."),
        },
    )


class HelpForm(forms.Form):
    text = forms.CharField(
        max_length=2000,
        error_messages={
            "required": _("Write what went wrong."),
            "max_length": _("Say it in at most 2,000 characters."),
        },
    )
    contact = forms.CharField(
        max_length=320,
        error_messages={
            "required": _("Tell us how to reach you: an e-mail address or a telephone number."),
            "max_length": _("This is longer than any address. Check it."),
        },
    )


class TextForm(forms.Form):
    """An idea or comment. `form` names this filled-in form: sent twice, it posts once."""

    text = forms.CharField(strip=False, error_messages={"required": _("Write something first.")})
    form = forms.UUIDField(
        error_messages={
            "required": _("Reload the page and try again."),
            "invalid": _("Reload the page and try again."),
        }
    )
