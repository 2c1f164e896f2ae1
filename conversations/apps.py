from django.apps import AppConfig

from kernel.zones import Zone


class ConversationsConfig(AppConfig):
    name = "conversations"
    zone = Zone.TENANT

    def ready(self) -> None:
        # Only now: services need the models of every app.
        from conversations.services import emptying
        from conversations.services.pages import require_pages
        from conversations.services.preparing.drafts import move_sites
        from privacy.stores import Step, register_known_places, register_sealed_names, register_store
        from tenants.registry import make_ready_at_creation, tell_at_move

        make_ready_at_creation(require_pages)
        tell_at_move(move_sites)
        register_store(emptying.CONTRIBUTIONS, step=Step.ROWS)
        register_store(emptying.DEFINITIONS, step=Step.CERTIFICATE)
        register_known_places(emptying.KNOWN_PLACES)
        register_sealed_names(emptying.names_come_forward_with)
