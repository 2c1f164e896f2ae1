"""A conversation that is over, and what was found in it: in our own words. Nobody wrote any of it but us."""

from dataclasses import dataclass, field

from config.demo_analysis import Rule
from conversations.services.surveys import SurveyQuestion


@dataclass(frozen=True)
class Said:
    """Of a hundred who work by day and a hundred who work at night, how many would like it."""

    text: str
    day: int
    by_day: int
    by_night: int
    comments: list[str] = field(default_factory=list)


NAME = "Food and breaks at the hospital"
SLUG = "food-and-breaks"
INTRODUCTION = (
    "What you eat at work, where and when. This conversation has closed; thank you for taking part."
)
# How many were invited; those of the groups took part.
INVITED = 175
# Group -> how many of the demonstration's voices. The last is too small to be shown, and never is.
GROUPS = {"care": 60, "support": 38, "office": 24, "volunteers": 6}
SURVEY = [
    SurveyQuestion(
        "work",
        "What kind of work do you do here?",
        "Breaks on a ward are not breaks in an office.",
        [
            ("care", "Caring for patients"),
            ("support", "Technical and support services"),
            ("office", "Office"),
            ("volunteers", "Volunteers"),
        ],
    )
]

BOOK = [
    Rule("Food", "What there is to eat and drink, and what it costs."),
    Rule(
        "Choice and quality",
        "What is on offer, fresh or not, for every diet.",
        "vegetar|vegan|fresh|halal|soup|salad|fruit|allerg|porridge",
        "Food",
    ),
    Rule("Price", "What food and drink cost.", "price|cost|pay|cheap|afford|pound", "Food"),
    Rule(
        "Food at night",
        "Eating after the canteen has closed.",
        "night|midnight|after nine|three in the morning",
        "Food",
    ),
    Rule("Breaks", "Time away from work: whether there is any, and whether it holds."),
    Rule(
        "Getting away",
        "Breaks that are missed or interrupted.",
        "interrupt|bleep|phone|handover|skip|miss|cover",
        "Breaks",
    ),
    Rule(
        "Length and time",
        "How long breaks are, and when.",
        "minutes|half an hour|stagger|queue|longer",
        "Breaks",
    ),
    Rule(
        "Rooms", "Where people sit, eat and rest.", "room|chair|sofa|window|garden|bench|terrace|table|quiet"
    ),
    Rule(
        "Kitchens",
        "Kettles, fridges, microwaves, and who cleans them.",
        "microwave|fridge|kettle|kitchen|sink|wash",
    ),
    Rule("Waste", "Packaging, leftovers, cups.", "waste|plastic|cup|leftover|throw"),
]
FIRST_READING = 9  # the last theme was found while reading

QUESTIONS = [
    (
        "What would make eating here better?",
        "On your ward, in your office, in the canteen.",
        [
            Said("Hot food at night. A sandwich from a machine at three in the morning is not a meal.", 1, 24, 97,
                 ["The machine on the third floor has been empty since Friday.", "Even soup that one can warm up would do."]),
            Said("Keep the canteen open until midnight, if only with three dishes.", 2, 16, 95,
                 ["Two dishes would be enough for us."]),
            Said("One vegetarian dish that is not pasta. It would not cost more, and half of us would take it.", 1, 84, 72,
                 ["Vegan as well, please. Beans are cheap."]),
            Said("Bring the price of the soup back to what it was. It was the one thing everybody could afford.", 3, 90, 86,
                 ["I pay more for lunch here than for supper at home."]),
            Said("Fresh fruit on every ward once a week. The maternity ward does it and it costs less than the biscuits.", 4, 88, 79),
            Said("Label what is in the food. With an allergy I eat crisps, because those have a label.", 5, 92, 90,
                 ["Halal as well: asking at the till every day is tiring."]),
            Said("Porridge in the morning, when the night shift goes and the early shift comes.", 6, 34, 93),
            Said("Stop selling sweets at the till. We of all people should know.", 3, 57, 6,
                 ["After twelve hours the chocolate is what keeps me going.", "Move it away from the till, but keep it."]),
            Said("A discount for those who bring their own cup. Four hundred cups a day go into the bin.", 8, 84, 23),
            Said("Give leftovers away at the end of the day instead of throwing them out. Half price would be fine too.", 9, 86, 84,
                 ["The hospital in the next town does it with an app."]),
        ],
    ),
    (
        "What would make breaks better?",
        "When did you last have one that was long enough?",
        [
            Said("Nobody should carry a bleep during a break. Somebody covers, or it is not a break.", 1, 81, 95,
                 ["We did it for a month on our ward. Nobody wants to go back.", "With two of us at night there is nobody to cover."]),
            Said("Thirty minutes are over before I reach the canteen and stand in its queue. Stagger the lunch hours.", 2, 93, 18,
                 ["Ten minutes of walking, ten in the queue, ten to eat."]),
            Said("Write breaks into the rota, with the name of whoever covers.", 2, 77, 89),
            Said("A break at night should be half an hour longer, and one should be allowed to sleep in it.", 4, 10, 96,
                 ["Driving home after thirteen hours without any is dangerous.", "Other hospitals have beds for it."]),
            Said("Do not plan meetings between twelve and two. We skip lunch for them twice a week.", 5, 95, 26),
            Said("Handover takes the break away every single day. Let it begin ten minutes later.", 7, 70, 82),
            Said("Let us put two short breaks together into one long one.", 8, 68, 74),
            Said("Tell managers to take breaks themselves. When they skip theirs nobody dares to go.", 10, 83, 78,
                 ["Ours eats at the desk, door open, phone in hand."]),
        ],
    ),
    (
        "Where would you like to sit down?",
        "Inside, outside, alone, together.",
        [
            Said("A quiet room with chairs that are not plastic, and no phone in it.", 1, 85, 92,
                 ["And a door that closes."]),
            Said("Open the roof terrace again. Nobody remembers why it was locked.", 2, 96, 31,
                 ["It was the railing. It has been mended since.", "At night it should stay locked."]),
            Said("Benches in the garden behind the laboratory. There are two, for nine hundred people.", 3, 92, 24),
            Said("One fridge for forty people does not work. Things get thrown out that belong to somebody.", 4, 86, 85,
                 ["Label the shelves by team."]),
            Said("A microwave and a kettle on every floor, and somebody who cleans them.", 5, 88, 93,
                 ["The kitchen on our floor has had no sink since the flood."]),
            Said("A room with a window. I have not seen daylight at work since October.", 6, 80, 66),
            Said("One long table where people of all kinds of work sit together.", 9, 68, 15,
                 ["I would rather be alone for those twenty minutes."]),
            Said("Beds or sofas for the night, as other hospitals have.", 10, 8, 93),
        ],
    ),
]  # fmt: skip

TITLE = "Food and breaks: what was said"
_DEMO = "*This is a demonstration: the people, their words and their votes are invented.*"
TEXTS = {
    "summary": f"{_DEMO}\n\nStaff were asked about eating, breaks and places to sit down. Three things stand out.\n\n"
    "- **Food at night** has the widest support among those who work then, and less among those who do not.\n"
    "- **Breaks that hold**: most votes support that somebody covers and nobody carries a bleep.\n"
    "- **Rooms and kitchens**: most of what is asked for is small: chairs, a fridge, a kettle that is cleaned.",
    "part": "The conversation was open for two weeks. Everybody could post ideas, comment, and vote.",
    "themes": "Analysts read every contribution and gave it the themes it speaks of. A contribution can have several.",
    "strength": "Votes show what those who did not write think of what was written.",
    "differences": "The figures below are by kind of work, as people gave it in the survey before they took part.",
    "opinions": "Some ideas are liked by nearly all. About others people who vote alike form groups.",
    "next": "The hospital will answer each of the main areas within six weeks, on the page of this conversation.",
    "method": "Two analysts read a third of the contributions independently and settled what they saw differently.",
}
