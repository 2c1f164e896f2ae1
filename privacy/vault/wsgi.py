"""The vault service's own entry: Django set up without any site."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from privacy.vault.service import application  # noqa: E402

__all__ = ["application"]
