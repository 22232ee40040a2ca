from supervision.models.committee import Committee, CommitteeMember, MemberUnit
from supervision.models.schools import School, UnitContact

__all__ = ["Committee", "CommitteeMember", "MemberUnit", "School", "UnitContact"]
