from inspectors.models.corps import Inspector
from inspectors.models.districts import DistrictInspector, DistrictSchool, ResponsibilityDistrict

__all__ = ["DistrictInspector", "DistrictSchool", "Inspector", "ResponsibilityDistrict"]
