from django.apps import AppConfig

from kernel.zones import Zone


class DocumentsConfig(AppConfig):
    name = "reporting.documents"
    label = "documents"
    zone = Zone.TENANT

    def ready(self) -> None:
        from privacy.stores import Step, register_known_places, register_store
        from reporting.documents.queries import happenings
        from reporting.documents.services.keeping import KNOWN_PLACES, REPORTS
        from tenants.registry import register_happenings

        register_store(REPORTS, step=Step.EXPORTS)
        register_known_places(KNOWN_PLACES)
        register_happenings(happenings)
