"""Invented people and schools. The same seed gives the same names at each start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from supervision.models import School

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方白邹孟熊秦邱江尹薛段雷侯龙陶黎史贺毛郝顾龚邵万覃武钱戴严莫孔向常普和木"
FIRST = "建国明志文晓春丽秀玉海红永立正家思雅云俊德学光瑞子雨晨天新国昌世泽宏清振慧静敏桂兰素芳振"
SECOND = "华军平强芳英梅辉林勇琴萍斌伟霞峰鹏涛燕波洁娟磊宁阳杰松柏云轩琳怡欣源清仙珍昆安民忠福祥"
Stage = School.Stage

# (stage, how its name ends after the township, what share of a county's schools, usual numbers of pupils)
PATTERNS: tuple[tuple[str, tuple[str, ...], int, tuple[int, int]], ...] = (
    (Stage.PRIMARY, ("小学", "第二小学", "中心小学"), 13, (380, 1900)),
    (Stage.KINDERGARTEN, ("幼儿园", "第二幼儿园", "春蕾幼儿园"), 10, (120, 420)),
    (Stage.JUNIOR, ("中学", "第二中学"), 6, (600, 1800)),
    (Stage.NINE_YEAR, ("学校", "实验学校"), 4, (700, 2100)),
    (Stage.COMPLETE, ("第一中学", "第二中学"), 3, (1600, 3600)),
    (Stage.SENIOR, ("高级中学",), 1, (1500, 3000)),
    (Stage.VOCATIONAL, ("职业高级中学",), 1, (900, 2600)),
    (Stage.SPECIAL, ("特殊教育学校",), 1, (60, 160)),
    (Stage.TWELVE_YEAR, ("外国语学校",), 1, (1800, 3200)),
)
# Stages of which a county has a few, named after the county itself.
COUNTY_WIDE = frozenset({Stage.COMPLETE, Stage.SENIOR, Stage.VOCATIONAL, Stage.SPECIAL, Stage.TWELVE_YEAR})
SUFFIXES = ("街道", "镇", "乡")


def people(seed: int) -> Iterator[str]:
    """Full names without end, none twice in a row of thousands."""
    random, given = Random(seed), set()
    while True:
        name = random.choice(SURNAMES) + random.choice(FIRST) + random.choice(SECOND)
        if name not in given:
            given.add(name)
            yield name


@dataclass(frozen=True)
class Sketch:
    """A school before it has a row: where in the county it stands is an index of the county's townships."""

    name: str
    stage: str
    township: int
    pupils: int
    private: bool


def sketches(county: str, townships: list[str], wanted: int, seed: int) -> list[Sketch]:
    """`wanted` schools of all stages in the shares of PATTERNS, every name once, spread over the townships."""
    random = Random(seed)
    bases = [_base(name) for name in townships]
    found: list[Sketch] = []
    used: set[str] = set()
    for stage in _stages(wanted):
        _, ends, _, (low, high) = next(p for p in PATTERNS if p[0] == stage)
        for n in range(len(bases) * len(ends)):
            place = (n + len(found)) % len(bases)
            base = "" if stage in COUNTY_WIDE else bases[place]
            name = f"{county}{base}{ends[(n // len(bases) if base else n) % len(ends)]}"
            if name not in used:
                break
        used.add(name)
        private = name.endswith(("春蕾幼儿园", "外国语学校"))
        found.append(Sketch(name, stage, place, random.randint(low, high), private))
    return found


def _stages(wanted: int) -> list[str]:
    """Each stage once, then the shares; the first primary school comes first."""
    every = [p[0] for p in PATTERNS]
    shares = [p[0] for p in PATTERNS for _ in range(p[2])]
    if wanted <= len(every):
        return every[:wanted]
    rest = [stage for stage in shares if stage not in COUNTY_WIDE]
    stages = [*every, Stage.COMPLETE, *rest[::3], *rest[1::3], *rest[2::3]]
    return (stages + [Stage.PRIMARY, Stage.KINDERGARTEN] * wanted)[:wanted]


def _base(township: str) -> str:
    for suffix in SUFFIXES:
        if township.endswith(suffix) and len(township) > len(suffix) + 1:
            return township.removesuffix(suffix)
    return township
