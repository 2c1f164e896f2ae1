import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from kernel import metrics  # noqa: E402

if settings.METRICS_LISTEN:
    metrics.serve(settings.METRICS_LISTEN, metrics.registry())
