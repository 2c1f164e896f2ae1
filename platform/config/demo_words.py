"""A small conversation in our own words, for demonstrations. Nobody wrote any of it but us."""

from dataclasses import dataclass, field

from conversations.services.surveys import SurveyQuestion


@dataclass(frozen=True)
class DemoIdea:
    """`likes` and `dislikes` are how many of the demonstration's voices vote either way."""

    text: str
    day: int
    likes: int
    dislikes: int
    comments: list[str] = field(default_factory=list)


# At the foot of every page.
OWN_WORDS = "Demonstration data: nobody real wrote any of this."
NAME = "What would make this a better place to work?"
INTRODUCTION = (
    "Tell us what helps you do good work here, what gets in the way, and what you would change first."
    " Read what others say, add your own, and vote.\n\nNobody can see that it is you."
)

SURVEY = [
    SurveyQuestion(
        "work",
        "What kind of work do you do here?",
        "What helps on a ward may get in the way in an office.",
        [
            ("care", "Caring for patients"),
            ("support", "Technical and support services"),
            ("office", "Office"),
        ],
    ),
    SurveyQuestion(
        "years",
        "How long have you been here?",
        "New people see things that others have stopped seeing.",
        [
            ("under-1", "Less than a year"),
            ("1-to-5", "One to five years"),
            ("over-5", "More than five years"),
        ],
    ),
]

# What robin@demo.example finds under "my pages": an idea of theirs, and what facilitators ask about it.
ROBIN_WROTE = "A quiet room on every floor, with a door that closes and no telephone."
FACILITATORS_ASK = (
    "Thank you for this idea. Others like it as well. Is there a room on your floor that could serve?"
    " You need not answer, and we do not learn who you are if you do."
)

QUESTIONS = [
    (
        "What gets in the way of a good day at work?",
        "Big things and small ones. Write about the matter, not about a person.",
        [
            DemoIdea(
                "We print the same form three times a day because two systems do not talk to each other. It takes"
                " a quarter of an hour from every shift, and the third copy is thrown away unread.",
                1,
                31,
                1,
                [
                    "Four times on our ward. The fourth is for the folder nobody opens.",
                    "There was a plan to join the two systems. Does anybody know what became of it?",
                    "Even agreeing which of the copies counts would help.",
                ],
            ),
            DemoIdea(
                "Rotas come out eight days before they start. With children that is not enough to plan anything."
                " Four weeks would change my life.",
                1,
                36,
                2,
                [
                    "Six weeks where I was before, and it worked, including swaps.",
                    "Four weeks and an easy way to swap, please.",
                ],
            ),
            DemoIdea(
                "Parking costs more than an hour of my pay, and after nine there are no spaces anyway.",
                2,
                22,
                17,
                [
                    "The bus stops at 22:10, the late shift ends at 22:15.",
                    "Fewer cars would be better for everybody who lives around here.",
                ],
            ),
            DemoIdea(
                "There is nowhere to sit down for ten minutes that is not also a corridor, a store room or an office.",
                2,
                28,
                0,
                ["We eat in the linen room. It is warm, at least."],
            ),
            DemoIdea(
                "Meetings that could be three lines of text. I counted eleven hours last week.",
                3,
                19,
                9,
                ["And the three lines of text then become forty messages."],
            ),
            DemoIdea("The lift next to the kitchen has been out of order since spring.", 4, 12, 1),
        ],
    ),
    (
        "What should we keep exactly as it is?",
        "Change is easier when we know what must not be lost.",
        [
            DemoIdea(
                "The ten minutes at the start of every shift in which somebody says what went well yesterday."
                " It sounds like nothing and it holds the team together.",
                1,
                33,
                1,
                ["I was against it at first. I was wrong."],
            ),
            DemoIdea("The canteen's soup. I mean it.", 2, 26, 3, ["Seconded. Also the price of it."]),
            DemoIdea(
                "New people get somebody at their side for the first two weeks who has no other task. Please do not"
                " let that be saved away.",
                2,
                35,
                0,
            ),
            DemoIdea(
                "Working from home on two days, for those of us who can.",
                3,
                18,
                15,
                ["It leaves the rest of us with the phones."],
            ),
        ],
    ),
    (
        "If you could change one thing tomorrow, what would it be?",
        "One thing. It may be small.",
        [
            DemoIdea(
                "Say why. When something is decided, one paragraph about why, the same day, to everybody.",
                1,
                37,
                0,
                [
                    "Also when the answer is that there was no money.",
                    "Yes. I can live with a no, but not with silence.",
                ],
            ),
            DemoIdea(
                "Let the people who use a thing choose it. Chairs, scanners, software: try it for a week on one ward"
                " before buying four hundred.",
                2,
                34,
                1,
            ),
            DemoIdea("Hot food at night.", 3, 29, 2, ["A microwave that works would be a start."]),
            DemoIdea(
                "Swap the paper suggestion box for something where one can see what became of the suggestions.",
                4,
                17,
                4,
            ),
        ],
    ),
]
