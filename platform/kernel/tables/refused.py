"""Why a file was not read, in one plain sentence. Never holds anything of the file."""


class TableRefused(Exception):
    """The file is not read any further; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


DAMAGED = "This workbook is damaged. Open it in Excel, save it again as .xlsx, and upload that."
TOO_MUCH = (
    "Reading this file takes more time or memory than a table of people ever needs, so it was not read. Copy the"
    " rows into a new workbook, save it as .xlsx or CSV, and upload that."
)
TOO_MUCH_CODED = (
    "Reading this file takes more time or memory than a codebook or a project ever needs, so it was not read."
    " Export it again without its documents, as a codebook (.qdc), and upload that."
)
