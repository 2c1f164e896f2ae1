import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What a request leaves for later finds the broker through it.
from config.celery import app  # noqa: E402, F401
