"""
What each part of the platform knows, and what somebody who took it over would have, and still not have.

Every line names the tests that hold it: a line without a test does not stand here.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Part:
    """`processes` are those of the supervisor that it speaks of; `tests` are names of test functions."""

    name: Promise
    gives: Promise
    keeps: Promise
    processes: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


PARTS = (
    Part(
        _("The website"),
        _(
            "What is said, which everybody in the conversation can read anyway. Of people who are signed in at that"
            " moment: what their browser sends, and so what they write while it lasts."
        ),
        _(
            "The list of people, their addresses and answers, the keys, and who wrote anything before: the website"
            " has no login for the vault and no key."
        ),
        ("web",),
        (
            "test_beside_a_vault_service_the_web_tier_has_no_way_into_the_vault",
            "test_nobody_who_serves_pages_can_change_tables",
        ),
    ),
    Part(
        _("Workers and their clock"),
        _("What is said, and which work is due. Names of work and of conversations, nobody's address."),
        _("The same as the website: neither people nor keys."),
        ("worker", "scheduler"),
        ("test_beside_a_vault_service_the_web_tier_has_no_way_into_the_vault",),
    ),
    Part(
        _("The worker that makes organisations"),
        _("It may create and change tables of every organisation, and so read what is said in all of them."),
        _("People and keys. It serves no page and can be reached from nowhere."),
        ("provision",),
        ("test_nobody_who_serves_pages_can_change_tables",),
    ),
    Part(
        _("The vault"),
        _(
            "People with their addresses and answers, and the keys. Together with a copy of what is said: who wrote"
            " what. That is why it is a small part of its own, on servers of its own."
        ),
        _("What is said: it has no login for the conversations' database."),
        ("vault-service", "vault-run"),
        ("test_the_vaults_processes_cannot_read_conversations",),
    ),
    Part(
        _("A copy of the conversations' database"),
        _("What is said, on which day, and how ideas are liked."),
        _(
            "Who wrote anything, and whether two contributions are of one person: no value repeats, and after each"
            " night no order is left. Writing style stays what it is."
        ),
        (),
        (
            "test_after_the_night_no_clue_links_two_posts_of_one_author",
            "test_after_the_night_all_rows_of_a_table_share_one_transaction",
            "test_the_dump_holds_nobody_of_the_roster",
        ),
    ),
    Part(
        _("A copy of the vault's database, or a backup of it"),
        _("How many people there are, and numbers without meaning."),
        _(
            "Any address, name or answer: everything is sealed, and the keys are in no database and no backup."
        ),
        (),
        ("test_a_backup_holds_conversations_and_people_apart_and_no_key",),
    ),
    Part(
        _("Memory for sessions and codes"),
        _("That some browsers are signed in. It is kept in memory alone."),
        _("Who they are: a session opens only with a key that lies in the browser's cookie."),
        (),
        ("test_the_session_in_valkey_opens_for_nobody",),
    ),
    Part(
        _("A facilitator, or somebody at the console"),
        _("Every post, hidden ones too, and what authors answer without a name."),
        _(
            "Who wrote it, what else they wrote, whether they read an answer, or who took part. Identification needs"
            " a ground, a second person, and is counted where everybody can read it."
        ),
        (),
        (
            "test_no_value_is_shared_by_the_pages_of_one_author",
            "test_no_page_holds_a_time_a_tag_a_route_or_a_person",
        ),
    ),
    Part(
        _("Somebody at the organisation, or whoever took over their account"),
        _(
            "How many take part, rounded; what was released and published; and the list of people that they bring"
            " themselves."
        ),
        _("Who took part, who wrote or voted, and what is hidden."),
        (),
        (
            "test_no_page_says_anything_about_anybody",
            "test_numbers_of_people_are_rounded_down",
            "test_people_are_told_only_as_they_were_released",
        ),
    ),
    Part(
        _("A report, or the figures frozen for it"),
        _("What was released about groups, and the words that were chosen to be quoted."),
        _("Who wrote or voted, and any figure about fewer than eleven people: neither ever stood in it."),
        (),
        ("test_a_snapshot_holds_figures_and_nobody", "test_a_team_under_eleven_is_never_shown"),
    ),
    Part(
        _("The store for files"),
        _(
            "Logos, published reports, certificates of deletion, and lists of people that wait to be taken in,"
            " sealed."
        ),
        _("What the lists say: they open in the vault alone, and go once they were taken in."),
        (),
        ("test_the_file_is_sealed_and_goes_after_the_import", "test_it_names_nobody"),
    ),
    Part(
        _("A token that somebody gave to a program"),
        _("What its owner may see and do, and no more than was ticked when it was made, until it ends."),
        _("What its owner may not see, and anything of another organisation."),
        (),
        ("test_a_scope_narrows_a_role", "test_tokens_are_good_in_their_own_place_alone"),
    ),
)
