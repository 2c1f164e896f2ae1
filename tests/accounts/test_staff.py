"""Staff sign in with a code and a second factor, and only where they are assigned."""

from tenants.models import Role
from tests.staffing import desk_of, make_staff


def test_home() -> None:
    response = desk_of(make_staff(Role.OPERATOR)).get("/")
    assert response.status_code == 200, response.content
