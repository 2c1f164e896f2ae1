import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Pages ask for tasks, and look at queues and schedules.
from config import celery  # noqa: E402, F401
