"""
The tenant's nouns. No table here holds anything about a person.

No author column exists, and no value repeats over two contributions of one person.
"""

from conversations.models.act import Act, ActKind, Delivery, Moved, Touch
from conversations.models.announcement import Announcement
from conversations.models.care import Decision, OpenIdentification, Safeguarding
from conversations.models.contribution import Comment, Idea, Rule, Source, State
from conversations.models.conversation import Area, Conversation, Emptying, Stream, Tally
from conversations.models.page import Page, PageCode
from conversations.models.paper import BatchState, PaperBatch, PaperEntry, PaperForm
from conversations.models.post import Post
from conversations.models.queue import Examined, HandoverNote, Lane, QueueItem, SavedReply
from conversations.models.report import Reason, Report
from conversations.models.roster import RosterUpload
from conversations.models.survey import Bucket, Dimension
from conversations.models.thread import Message, MessageKind, Thread
from conversations.models.vote import Vote
from conversations.models.words import IdeaWords

__all__ = [
    "Act",
    "ActKind",
    "Announcement",
    "Area",
    "BatchState",
    "Bucket",
    "Comment",
    "Conversation",
    "Decision",
    "Delivery",
    "Dimension",
    "Emptying",
    "Examined",
    "HandoverNote",
    "Idea",
    "IdeaWords",
    "Lane",
    "Message",
    "MessageKind",
    "Moved",
    "OpenIdentification",
    "Page",
    "PageCode",
    "PaperBatch",
    "PaperEntry",
    "PaperForm",
    "Post",
    "QueueItem",
    "Reason",
    "Report",
    "RosterUpload",
    "Rule",
    "Safeguarding",
    "SavedReply",
    "Source",
    "State",
    "Stream",
    "Tally",
    "Thread",
    "Touch",
    "Vote",
]
