"""The text of a file's bytes: UTF-8, UTF-16, or the code page of some system, where the text proves which.

Bytes of one code page can mostly be read as another, too: what is proof is a text that people would write.  In
Europe's code pages accents stand singly among plain letters; Cyrillic words are Cyrillic throughout; Chinese and
Japanese headings are made of the characters that are used most.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbp.errors import option

MARKS = {  # the longer ones first: a mark of UTF-16 begins one of UTF-32
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SHOWN = 40  # characters of a text that several code pages read
PROVING = 100_000  # bytes that are looked at
FREQUENT_SIMPLIFIED = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点"
    "正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教"
    "儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直"
    "德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交"
    "规万取拉格望觉术领共确传师观清今切院让识候带导争运姓编号班级绩语英语宽厚面积龄价购售收支费税率温湿压速浓密频距离径直半周角男女是"
    "否甲乙丙丁瓣萼叶根茎花鸢尾株穗产量房屋室厅楼层元吨克升米厘毫千百摄氏华东西南北省县镇村户口客订单店铺商店编码病患者血糖脂肪心率"
)
FREQUENT_TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去"
    "法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點"
    "正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教"
    "兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直"
    "德資命山金指克許統區保至隊形社便空決治展馬科司五基眼書非則聽白界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交"
    "規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運姓編號班級績語英寬厚積齡價購售收支費稅率溫濕壓速濃密頻距離徑半周角男是否甲乙丙"
    "丁瓣萼葉根莖花鳶尾株穗房屋室廳樓層元噸升米釐毫千百攝氏華省縣鎮村戶客訂單店鋪商碼病患血糖脂肪公尺分台坪歲里"
)
FREQUENT_JAPANESE = frozenset(
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問"
    "高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総"
    "加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重"
    "近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙"
    "果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費"
    "付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農"
    "州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差"
    "衆個門写評課末守若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達幅花色番号氏名年齢身長体重温湿"
)
CHINESE_SIGNS = "　，。、；：？！（）《》“”‘’·—…％℃×÷～￥０１２３４５６７８９"
JAPANESE_SIGNS = CHINESE_SIGNS + "々〆ー・「」"
FEW = 0.6  # the share of frequent characters that makes a text
WESTERN_SIGNS = "€£§°²³µ±×½¼¾–—‘’“”„…«»·®©™¹ºª¿¡ "
INSIDE_NO_WORD = "°²³µ±×½¼¾§£¹ºª¿¡©®"
IN_PAIRS = "äöüßéèëïàáâêîôûíóúñçãõå"  # letters that stand beside each other in some word
CYRILLIC_SIGNS = "ёЁ№°²³ –—«»"
TOGETHER = 2  # accents beside each other, as in Größe
RUN = re.compile(r"[^\x00-\x7f]+")


def is_western(text: str) -> bool:
    """Whether letters with accents stand singly or in pairs beside plain ones, and signs are those that people use."""
    return all(_is_in_word(*each, TOGETHER, IN_PAIRS) for each in _runs(text))


def is_central(text: str) -> bool:
    """The same for Polish, Czech and their neighbours, where up to three accents stand together."""
    return all(_is_in_word(*each, TOGETHER + 1, "") for each in _runs(text))


def _runs(text: str) -> Iterator[tuple[str, str, str]]:
    """Characters beyond ASCII that stand together, with the characters before and behind them."""
    return (
        (run[0], text[max(run.start() - 1, 0) : run.start()], text[run.end() : run.end() + 1])
        for run in RUN.finditer(text)
    )


def _is_in_word(run: str, before: str, after: str, most: int, in_pairs: str) -> bool:
    """Whether so many letters with accents may stand together, of ``in_pairs`` if it names some, or signs."""
    letters = [c for c in run if c not in WESTERN_SIGNS]
    if not letters:
        return not (before.isalpha() and after.isalpha() and any(sign in INSIDE_NO_WORD for sign in run))
    is_word = len(letters) <= most and (before.isalpha() or after.isalpha())
    is_capital_inside = run[0].isupper() and before.islower()
    are_together = len(letters) == 1 or not in_pairs or all(c.lower() in in_pairs for c in letters)
    return is_word and are_together and not is_capital_inside and all(map(str.isalpha, letters))


def is_surely_western(text: str) -> bool:
    """Whether no letter speaks for the middle of Europe, whose č and ř begin words where these are è and ø."""
    return is_western(text) and not any(word[0].lower() in "èø" for word in re.findall(r"[^\W\d_]+", text))


def is_cyrillic(text: str) -> bool:
    """Whether all letters beyond ASCII are Cyrillic, in words, whose capitals stand in front."""
    runs = [run[0] for run in RUN.finditer(text)]
    letters = "".join(runs)
    is_one = all("а" <= c.lower() <= "я" or c in CYRILLIC_SIGNS for c in letters)
    in_cases = all(run[1:] in (run[1:].lower(), run[1:].upper()) for run in runs)
    return is_one and in_cases and any(len(run) > TOGETHER for run in runs)


def of_characters(frequent: frozenset[str], signs: str, also: str = "") -> Callable[[str], bool]:
    """A rule: whether the characters beyond ASCII are mostly frequent ones; those from ``also`` count, too."""

    def holds(text: str) -> bool:
        written = [c for run in RUN.finditer(text) for c in run[0] if c not in signs]
        known = [c for c in written if c in frequent or (also and also[0] <= c <= also[1])]
        return bool(written) and len(known) >= FEW * len(written)

    return holds


@dataclass(frozen=True)
class CodePage:
    """A code page, what people call it, and how a text is known that was written in it."""

    name: str
    called: str
    is_plausible: Callable[[str], bool]


WESTERN, CENTRAL = "cp1252", "cp1250"  # both of Europe: the second one is rarer, and reads most of the first
CODE_PAGES = (
    CodePage(WESTERN, "Windows-1252", is_western),
    CodePage(CENTRAL, "Windows-1250", is_central),
    CodePage("cp1251", "Windows-1251", is_cyrillic),
    CodePage("gb18030", "GB 18030", of_characters(FREQUENT_SIMPLIFIED, CHINESE_SIGNS)),
    CodePage("big5", "Big5", of_characters(FREQUENT_TRADITIONAL, CHINESE_SIGNS)),
    CodePage("cp932", "Shift-JIS", of_characters(FREQUENT_JAPANESE, JAPANESE_SIGNS, "ぁヿ")),
)
CALLED = {page.name: page.called for page in CODE_PAGES}


def decoded(data: bytes, encoding: str = "") -> str:
    """The text in this encoding; without one in UTF-8, or in what the file's first bytes say.

    Raises ValueError, whose message continues "the data file ...".
    """
    try:
        return _lines(data.decode(encoding or marked(data) or "utf-8"))
    except LookupError:
        raise ValueError(f"can't be read: there is no encoding {encoding!r}; usual are utf-8, {_usual()}") from None
    except UnicodeDecodeError as error:
        if encoding:
            raise ValueError(f"is no text in {encoding}: byte {error.start + 1} fits none of its characters") from None
        raise ValueError("is not UTF-8 text; save it as CSV UTF-8, or name its encoding") from None


def marked(data: bytes) -> str:
    """The encoding that the first bytes give away; '' if they give none away."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return encoding
    pairs = data[: PROVING & ~1]
    for encoding, zeros in (("utf-16-le", pairs[1::2]), ("utf-16-be", pairs[::2])):
        if zeros and 2 * zeros.count(0) > len(zeros):  # plain letters have a zero beside them
            return encoding
    return ""


def recognised(data: bytes) -> tuple[str, str]:
    """The text, and the encoding that a template must name for it: '' where it needs none.

    Raises ValueError, whose message continues "the data file ...", where several code pages give a text, or none does.
    """
    if encoding := marked(data):
        return decoded(data), encoding if not data.startswith(tuple(MARKS)) else ""
    try:
        return decoded(data), ""
    except ValueError:
        readings = _readings(data)
    texts = dict.fromkeys(readings.values())
    if len(texts) == 1:
        encoding, text = next(iter(readings.items()))
        return _lines(text), encoding
    if not texts:
        raise ValueError(
            f"is not UTF-8 text: save it as CSV UTF-8, or name its encoding, as in {option('--encoding', _usual())}"
        )
    first, second = list(readings)[:2]
    shown = " or ".join(f"{option('--encoding', name)} ({_foreign(readings[name])!r})" for name in (first, second))
    raise ValueError(f"is not UTF-8 text, and several encodings give it a sense: choose {shown}")


def _readings(data: bytes) -> dict[str, str]:
    """The text by each code page that makes a plausible one of it."""
    found = {}
    for page in CODE_PAGES:
        try:
            text = data.decode(page.name)
        except UnicodeDecodeError:
            continue
        if page.is_plausible(text[:PROVING]):
            found[page.name] = text
    if WESTERN in found and is_surely_western(found[WESTERN][:PROVING]):
        found.pop(CENTRAL, None)
    return found


def _foreign(text: str) -> str:
    """The first words with characters beyond ASCII."""
    words = [word for word in re.split(r"[,;\t\s\"']+", text) if not word.isascii()]
    return " ".join(dict.fromkeys(words))[:SHOWN]


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _usual() -> str:
    return ", ".join(page.name for page in CODE_PAGES)
