"""How many schools an inspector answers for, against what the texts say. A hint, never a refusal."""

from __future__ import annotations

from dataclasses import dataclass

SCHOOLS_PER_INSPECTOR = 5
SCHOOLS_PER_DISTRICT = 20
RATIO_BASIS = "《中小学校责任督学挂牌督导办法》：每名责任督学负责5所左右学校；云南省《实施意见》：督学与学校1∶5，规模较大的学校1∶1"
DISTRICT_BASIS = "教督〔2012〕7号：一个责任区一般不超过20所学校"


@dataclass(frozen=True)
class Staffing:
    """The schools and the inspectors on duty of one district."""

    schools: int
    inspectors: int

    @property
    def hints(self) -> list[tuple[str, str]]:
        """(what stands out, its basis); empty when nothing does."""
        found = []
        if self.schools and not self.inspectors:
            found.append(("责任区有学校而没有在任的责任督学。", RATIO_BASIS))
        elif self.schools > SCHOOLS_PER_INSPECTOR * self.inspectors:
            needed = -(-self.schools // SCHOOLS_PER_INSPECTOR)
            found.append(
                (
                    f"平均每名督学负责{self.schools / self.inspectors:.1f}所学校，按5所左右需要{needed}名督学。",
                    RATIO_BASIS,
                )
            )
        if self.schools > SCHOOLS_PER_DISTRICT:
            found.append((f"责任区共{self.schools}所学校，可考虑划分为两个责任区。", DISTRICT_BASIS))
        return found

    @property
    def words(self) -> str:
        """1∶4.5, or a dash while there is nobody or nothing."""
        return f"1∶{self.schools / self.inspectors:.1f}" if self.schools and self.inspectors else "—"
