"""The articles on which this room stands, as its pages and papers cite them."""

from __future__ import annotations

from records.timing.rules import LOCAL as LOCAL

REGULATION = "《教育督导条例》"
RECTIFY = "《教育督导条例》第二十二条"
HAZARD = "《教育督导条例》第十五条"
LIABILITY = "《教育督导条例》第二十五条"
YUNNAN_OPINION = "云南省《关于深化新时代教育督导体制机制改革的实施意见》"
YUNNAN_RECTIFY = f"{YUNNAN_OPINION}第（七）条"
YUNNAN_INTERVIEW = f"{YUNNAN_OPINION}第（八）条"
YUNNAN_REGULATION = "《云南省教育督导规定》（2015年云南省人民政府令第198号）关于报送整改情况的规定"
YUNNAN = 530_000


def in_yunnan(code: int) -> bool:
    """Whether a division lies in Yunnan: its provincial texts bind nobody else."""
    return YUNNAN <= code < YUNNAN + 10_000


def rectify(code: int) -> str:
    """Under which texts a unit of the division must put right and report."""
    return f"{RECTIFY}、{YUNNAN_RECTIFY}" if in_yunnan(code) else RECTIFY


def interview(code: int) -> str:
    """Under which texts what is not put right leads to an interview or to criticism."""
    return f"{LIABILITY}、{YUNNAN_INTERVIEW}" if in_yunnan(code) else LIABILITY
