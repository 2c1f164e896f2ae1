from django.apps import AppConfig

from kernel.zones import Zone


class PortalConfig(AppConfig):
    name = "reporting.portal"
    label = "portal"
    zone = Zone.TENANT

    def ready(self) -> None:
        from privacy.stores import Described, Step, register_store

        shown = Described(
            name="What client users were told",
            holds="for each day how many people had taken part, as it was released; numbers of what facilitators"
            " did within whole days, rounded down",
            where="the organisation's own schema",
            covers=frozenset(
                {
                    "model:portal.PeopleOnDay",
                    "model:portal.Telling",
                    "memory:reporting.portal.queries.participation._days",
                }
            ),
            stays="all of it: it is about nobody",
        )
        register_store(shown, step=Step.CERTIFICATE)
