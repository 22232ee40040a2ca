from accounts.models.api import ApiCall, ApiToken
from accounts.models.delegation import Delegation
from accounts.models.division import Division
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.organization import Organization
from accounts.models.stewardship import Stewardship
from accounts.models.user import User

__all__ = [
    "ApiCall",
    "ApiToken",
    "Delegation",
    "Division",
    "Invitation",
    "Membership",
    "Organization",
    "Stewardship",
    "User",
]
