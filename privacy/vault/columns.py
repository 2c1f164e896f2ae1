"""What the columns of a roster mean, guessed from their headings and from what stands in them."""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from kernel.text import one_line
from privacy.vault.addresses import read_email, read_phone
from privacy.vault.shapes import ColumnSeen, Meaning

# From this many different values on nobody could merge them by hand.
MOST_BUCKETS = 200
_FEW = 20
_LOOKED_AT = 50
_ONCE = (Meaning.EMAIL, Meaning.PHONE, Meaning.REFERENCE, Meaning.AREA, Meaning.BY_TEXT)
_LONGEST_HEADING = 80
_LONGEST_CODE = 60
_SIGNS = {"+": " plus ", "&": " and ", "<": " under ", ">": " over ", "%": " percent "}

# Headings with everything but letters and digits left out.
_HEADINGS = {
    Meaning.EMAIL: """email emailaddress emails emailaddresses mail mailaddress workemail workemailaddress
        businessemail companyemail primaryemail emailwork officeemail staffemail studentemail contactemail
        personalemail homeemail nhsemail ebost cyfeiriadebost useremail upn userprincipalname""",
    Meaning.PHONE: """phone phonenumber phoneno telephone telephonenumber telephoneno tel telno mobile mobilenumber
        mobileno mobilephone mobilephonenumber workmobile workphone cell cellphone cellnumber sms smsnumber
        contactnumber contactphone homephone personalmobile ffon ffonsymudol symudol msisdn""",
    Meaning.REFERENCE: """reference referencenumber ref refno id staffid staffnumber staffno employeeid employeenumber
        employeeno payroll payrollnumber payrollno payrollid assignmentnumber assignmentno assignmentid personnumber
        personid personnelnumber studentid studentnumber studentno membershipnumber memberid esrnumber uniqueid
        clocknumber cyfeirnod rhifstaff participantid externalid""",
    Meaning.AREA: "area areas audience discussion ardal",
    Meaning.BY_TEXT: """textmessages textmessage smsoptin textoptin optedintosms optedintotexts bytext sendtexts
        agreestosms agreestotexts smsconsent textconsent""",
    Meaning.NOTHING: """name names fullname firstname forename forenames givenname lastname surname familyname
        preferredname knownas middlename initials title salutation dateofbirth dob birthdate birthday ninumber
        nationalinsurance nationalinsurancenumber nino nhsnumber address homeaddress address1 address2 addressline1
        addressline2 street town postcode postalcode zip notes note comment comments salary pay username login
        loginname manager linemanager managername manageremail linemanageremail startdate hiredate datestarted leavedate
        enddate age enw cyfenw cod nationality ethnicity religion disability sexualorientation""",
}
_MEANINGS = {heading: meaning for meaning, headings in _HEADINGS.items() for heading in headings.split()}


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    filled: int
    different: int
    sample: list[str]

    @property
    def is_personal(self) -> bool:
        """Nearly everybody has a value of their own."""
        return self.filled >= _FEW and self.different * 2 > self.filled

    @property
    def is_too_fine(self) -> bool:
        return self.is_personal or self.different > MOST_BUCKETS

    def seen(self, meaning: Meaning) -> ColumnSeen:
        return ColumnSeen(
            heading=self.heading,
            meaning=meaning,
            filled=self.filled,
            different=self.different,
            is_personal=self.is_too_fine,
        )


def columns_of(headings: list[str], rows: list[list[str]]) -> list[Column]:
    """Every column with how much stands in it."""
    found = []
    for place, heading in enumerate(headings):
        values = Counter(row[place].casefold() for row in rows if len(row) > place and row[place])
        # The first values are as good as any; they are looked at here and go nowhere.
        sample = [row[place] for row in rows[:_LOOKED_AT] if len(row) > place and row[place]]
        found.append(Column(one_line(heading)[:_LONGEST_HEADING], sum(values.values()), len(values), sample))
    return found


def are_headings(cells: list[str]) -> bool:
    """Whether a first row names columns. One that holds somebody's address is a row like the others."""
    return any(cells) and not any("@" in cell or sum(map(str.isdigit, cell)) > 6 for cell in cells)


def guessed(columns: list[Column], remembered: dict[str, Meaning]) -> list[Meaning]:
    """As it was read the last time, by its heading, by what stands in it; the first of several wins."""
    found = [remembered.get(folded(column.heading)) or _by_heading(column) for column in columns]
    for meaning, looks_like in ((Meaning.EMAIL, _are_emails), (Meaning.PHONE, _are_phones)):
        if meaning not in found:
            place = next((n for n, column in enumerate(columns) if looks_like(column.sample)), None)
            if place is not None and found[place] in {Meaning.DIMENSION, Meaning.NOTHING}:
                found[place] = meaning
    taken: dict[Meaning, str] = {}
    for place, (column, meaning) in enumerate(zip(columns, found, strict=True)):
        heading = folded(column.heading)
        if meaning in _ONCE and taken.setdefault(meaning, heading) != heading:
            found[place] = Meaning.NOTHING
    return found


def folded(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.casefold())


def repeated(columns: list[Column], meanings: list[Meaning]) -> list[str]:
    """Headings of columns that say the same as another one does."""
    seen: set[str] = set()
    found = []
    for column, meaning in zip(columns, meanings, strict=True):
        what = meaning.value if meaning in _ONCE else f"dimension {code_of(column.heading)}"
        if meaning is not Meaning.NOTHING and what in seen:
            found.append(column.heading)
        seen.add(what)
    return found


def code_of(label: str) -> str:
    """
    The code of a group or dimension: small letters, digits and hyphens, the same however it is spelled.

    What the code cannot hold, such as letters of other alphabets, is told apart by a digest.
    """
    text = unicodedata.normalize("NFKD", label.casefold())
    letters = "".join(_SIGNS.get(c, c) for c in text if not unicodedata.combining(c))
    code = re.sub(r"[^a-z0-9_]+", "-", letters).strip("-_")
    if len(code) > _LONGEST_CODE or not code or any(c.isalnum() and not c.isascii() for c in letters):
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        code = f"{code[: _LONGEST_CODE - 9].strip('-_')}-{digest}".strip("-")
    return code


def _by_heading(column: Column) -> Meaning:
    known = _MEANINGS.get(folded(column.heading))
    if known is not None:
        return known
    return Meaning.NOTHING if not column.heading or column.is_too_fine else Meaning.DIMENSION


def _are_emails(sample: list[str]) -> bool:
    return bool(sample) and sum(1 for cell in sample if read_email(cell)) * 2 > len(sample)


def _are_phones(sample: list[str]) -> bool:
    return bool(sample) and sum(1 for cell in sample if read_phone(cell)) * 5 > len(sample) * 4
