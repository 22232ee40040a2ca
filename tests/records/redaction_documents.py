"""A hundred papers as offices write them, with people, numbers and phones planted in them: what must be found is known.

Seeded, so that a recall is the same on every machine. The wording is written from how such papers read, not from the
finder's rules; some sentences name people where no rule can tell (`HARD`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "尉迟")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬燕彩春菊凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉建国志永兴德全福生龙元胜学祥才发成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎"
SCHOOLS = ("第一小学", "云津小学", "红旗中学", "莲花幼儿园", "实验学校", "民族中学")
TITLES = ("校长", "副校长", "书记", "园长", "班主任", "教师", "老师", "教导主任", "责任督学", "科长", "局长")

# {n} a name, {m} another, {p} a phone, {i} an identity number, {b} a bank card, {s} a school, {t} a title.
PLAIN = (
    "{s}{t}{n}介绍了学校基本情况。",
    "督导组听取了{t}{n}的汇报，并与{m}等教师座谈。",
    "联系人：{n}，联系电话：{p}。",
    "经查，{n}（身份证号：{i}）于今年三月起在校外机构有偿补课。",
    "举报人{n}反映，该校违规收取费用，其联系电话为{p}。",
    "学生家长{n}来电（{p}）称，孩子在校受伤后学校未及时通知。",
    "拟聘任{n}、{m}为兼职督学，聘期三年。",
    "{n}，女，身份证号码{i}，现任{s}{t}。",
    "补助资金应发放至{n}账户，卡号{b}。",
    "责任人：{n}；整改期限：十日。",
    "由{n}负责整改，{m}负责核查。",
    "门卫{n}未按规定登记来访人员。",
    "{n}老师在课堂上体罚学生，情况属实。",
    "食堂负责人{n}不能提供进货台账，承认管理不到位。",
    "法定代表人{n}，身份证：{i}，电话{p}。",
    "值班电话{p}，值班人员{n}。",
    "当事人{n}对事实无异议，已签字确认。",
    "参加人员：{n}、{m}。",
    "与会人员有{n}、{m}，记录人{n}。",
    "学校已约谈{n}本人，并责令作出书面检查。",
    "{t}{n}同志带队检查，{m}同志陪同。",
    "经核实，{n}系{s}在编教师，{m}系代课教师。",
    "如有疑问，请拨打{p}，或与{n}联系。",
    "被督导单位签收人：{n}，签收电话 {p}",
    "姓名：{n}　联系方式：{p}　证件号码：{i}",
    "收款人{n}，开户行工商银行，账号{b}。",
    "该班班主任{n}表示，将立即整改。",
    "教师{n}、{m}两人未取得教师资格证。",
    "监护人{n}（{p}）已到校说明情况。",
    "投诉人自称{n}，来电号码{p}。",
)
HARD = (
    "经走访了解到{n}家中困难，学校已给予资助。",
    "这一做法是{n}提出来的。",
    "会上{n}认为整改措施还不够具体。",
    "昨日下午{n}到校后发现大门敞开。",
    "群众对{n}意见较大。",
)
FILLER = (
    "学校高度重视安全工作，成立了领导小组，制定了实施方案。",
    "本学期开展消防演练2次，投入经费120000元，更换灭火器86具。",
    "根据《教育督导条例》第二十条，现将有关情况通报如下。",
    "文号：五政教督办〔2026〕15号，成文日期2026年11月24日。",
    "经费管理规范，教学常规落实到位，周末未发现违规补课。",
    "全县共有小学46所、初中12所，在校生23456人，专任教师1780人。",
    "检查组随机听课6节，查阅资料30份，召开座谈会4场。",
)
# Written after the finder, and never to be looked at when a rule is made: what it does with wording that it does not know.
UNSEEN = (
    "来信人{n}要求对其身份保密，回电号码{p}。",
    "责成{s}{t}{n}限期向督导办说明情况。",
    "经电话回访{p}，{n}家长对处理结果表示满意。",
    "{n}（公民身份号码{i}）系外聘保安，未持证上岗。",
    "后勤主管{n}、食品安全员{m}均未参加培训。",
    "请将材料送{n}处，手机{p}。",
    "签到表显示{n}当日缺勤。",
    "{n}，男，汉族，{s}{t}。",
    "退费打入家长{n}的银行卡（{b}）。",
    "报告人：{n}　{p}",
    "督导组成员{n}、{m}分别查看了教室和宿舍。",
    "据{n}反映，课后服务按每课时收费。",
    "校医{n}未取得执业资格，证件号{i}。",
    "微信转账收款人为{n}，绑定手机号{p}。",
    "学生{n}在体育课上摔伤，由班主任{m}送医。",
    "值周领导{n}，值周教师{m}。",
    "本人{n}，身份证号 {i}，承诺以上情况属实。",
    "承办人{n} 审核人{m}",
    "诫勉谈话对象：{n}。",
    "驾驶员{n}驾驶校车时接听电话（{p}）。",
)


@dataclass
class Paper:
    """A text, and where something was planted: (start, end, what it is)."""

    text: str = ""
    planted: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, words: str, what: str = "") -> None:
        if what:
            self.planted.append((len(self.text), len(self.text) + len(words), what))
        self.text += words


def papers(count: int = 100, seed: int = 20261124, *, unseen: bool = False) -> list[Paper]:
    random = Random(seed)
    return [paper(random, UNSEEN if unseen else PLAIN, () if unseen else HARD) for _ in range(count)]


def paper(random: Random, wording: tuple[str, ...], hard: tuple[str, ...]) -> Paper:
    made = Paper()
    sentences = [
        *random.sample(wording, 5),
        *random.sample(hard, random.randrange(2) if hard else 0),
        *random.sample(FILLER, 3),
    ]
    random.shuffle(sentences)
    for sentence in sentences:
        _write(made, sentence, random)
        made.add(random.choice(["", "", "\n"]))
    return made


def _write(made: Paper, sentence: str, random: Random) -> None:
    people = {"n": name(random), "m": name(random)}
    for part in sentence.replace("{", "\0{").replace("}", "}\0").split("\0"):
        key = part[1:-1] if part.startswith("{") else ""
        if key in people:
            made.add(people[key], "name")
        elif key in MAKERS:
            made.add(MAKERS[key][1](random), MAKERS[key][0])
        elif key:
            made.add(random.choice(SCHOOLS if key == "s" else TITLES))
        else:
            made.add(part)


def name(random: Random) -> str:
    surname = random.choice(DOUBLE) if random.random() < 0.04 else random.choice(SURNAMES)
    return surname + "".join(random.sample(GIVEN, random.choice([1, 2, 2, 2])))


WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")


def _groups(digits: str, sizes: tuple[int, ...], mark: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return mark.join([*parts, digits[at:]] if at < len(digits) else parts)


def phone(random: Random) -> str:
    if random.random() < 0.3:
        return landline(random)
    digits = "1" + random.choice("3456789") + "".join(random.choices("0123456789", k=9))
    return random.choice([
        digits, digits, digits.translate(WIDE), _groups(digits, (3, 4, 4), " "), _groups(digits, (3, 4, 4), "-"),
        f"+86 {digits}", f"86-{digits}", _groups(digits, (3, 4, 4), "　"), digits.translate(CHINESE), _groups(digits, (3, 4, 4), "—"),
    ])  # fmt: skip


def landline(random: Random) -> str:
    area, digits = random.choice(["0871", "0874", "010", "021", "0691"]), "".join(random.choices("23456789", k=8))
    digits = digits if area in ("010", "021") else digits[:7]
    return random.choice([f"{area}-{digits}", f"（{area}）{digits}", f"{area}{digits}", f"{area} {digits[:3]} {digits[3:]}",
                          f"{area}－{digits}".translate(WIDE)])  # fmt: skip


def identity(random: Random) -> str:
    born = f"{random.randrange(1955, 2015)}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"
    area = random.choice(["530102", "530103", "520102", "440305"])
    if random.random() < 0.1:
        return area + born[2:] + "".join(random.choices("0123456789", k=3))
    body = area + born + "".join(random.choices("0123456789", k=3))
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    whole = body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    return random.choice([whole, whole, whole.translate(WIDE), _groups(whole, (6, 8, 4), " "), _groups(whole, (6, 4, 4, 4), "-"),
                          whole.replace("X", "x")])  # fmt: skip


def card(random: Random) -> str:
    body = random.choice(["622202", "621700", "622848"]) + "".join(random.choices("0123456789", k=12))
    total = 0
    for n, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if n % 2 else 2)
        total += value - 9 if value > 9 else value
    whole = body + str(-total % 10)
    return random.choice([whole, _groups(whole, (4, 4, 4, 4), " "), whole.translate(WIDE)])


MAKERS = {"p": ("phone", phone), "i": ("number", identity), "b": ("number", card)}
