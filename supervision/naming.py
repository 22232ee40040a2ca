"""How the bodies of a division are called at each level."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Division

EDUCATION = "education"
# The 22 member units of the Yunnan text in its order: (at the province, at prefectures and counties).
MEMBER_UNITS: dict[str, tuple[str, str]] = {
    "organization": ("委组织部", "委组织部"),
    "publicity": ("委宣传部", "委宣传部"),
    "establishment": ("委机构编制委员会办公室", "委机构编制委员会办公室"),
    "development": ("发展和改革委员会", "发展和改革局"),
    "industry": ("工业和信息化厅", "工业和信息化局"),
    EDUCATION: ("教育厅", "教育局"),
    "science": ("科学技术厅", "科学技术局"),
    "ethnic": ("民族宗教事务委员会", "民族宗教事务局"),
    "police": ("公安厅", "公安局"),
    "finance": ("财政厅", "财政局"),
    "labour": ("人力资源和社会保障厅", "人力资源和社会保障局"),
    "land": ("自然资源厅", "自然资源局"),
    "housing": ("住房和城乡建设厅", "住房和城乡建设局"),
    "agriculture": ("农业农村厅", "农业农村局"),
    "health": ("卫生健康委员会", "卫生健康局"),
    "emergency": ("应急管理厅", "应急管理局"),
    "audit": ("审计厅", "审计局"),
    "market": ("市场监督管理局", "市场监督管理局"),
    "sport": ("体育局", "体育局"),
    "youth": ("共青团{}委员会", "共青团{}委员会"),
    "women": ("妇女联合会", "妇女联合会"),
    "disabled": ("残疾人联合会", "残疾人联合会"),
}


@dataclass(frozen=True)
class Names:
    """Names of one division's bodies."""

    place: str
    level: str

    @property
    def committee(self) -> str:
        return f"{self.government}教育督导委员会"

    @property
    def office(self) -> str:
        return f"{self.committee}办公室"

    @property
    def office_short(self) -> str:
        return f"{self.place}督导办"

    @property
    def government(self) -> str:
        return f"{self.place}人民政府"

    def unit(self, key: str) -> str:
        """A member unit's name, e.g. 云南省教育厅, 五华区财政局, 中共五华区委组织部."""
        at_province, below = MEMBER_UNITS[key]
        word = at_province if self.level == Division.Level.PROVINCE else below
        if word.startswith("委"):
            return f"中共{self.place}{word}"
        return word.format(self.place) if "{}" in word else f"{self.place}{word}"
