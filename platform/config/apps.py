from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Whoever asks for a task, a page or a command, must know where its queue is.
        from config import celery  # noqa: F401
