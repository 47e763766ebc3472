"""The cities and districts of the Karaganda oblast of 2016-2019, their villages, and invented people.

District and village names are the official Kazakh ones of that time (Ulytau, Zhanaarka, Zhezkazgan, Satpayev and Karazhal
left the oblast in 2022). File names are in Latin letters, so that no archive or file system bends them. People are
invented: common given names and surnames put together by chance.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class District:
    """A city or district, with the villages whose akims take applications in; `weight` is its share of them."""

    slug: str
    name: str
    weight: int
    villages: tuple[tuple[str, str], ...]


DISTRICTS = (
    District("qaraghandy", "Қарағанды қаласы", 9, ()),
    District("abai", "Абай ауданы", 3, (("topar", "Топар кенті"), ("qarabas", "Қарабас кенті"), ("kurma", "Құрма ауылдық округі"))),
    District("nura", "Нұра ауданы", 2, (("shakhter", "Шахтер кенті"), ("mubaraq", "Мұбарак ауылдық округі"), ("zarechnoe", "Заречное ауылы"), ("kertindi", "Кертінді ауылы"))),
    District("temirtau", "Теміртау қаласы", 5, (("aqtau", "Ақтау кенті"),)),
    District("qarqaraly", "Қарқаралы ауданы", 3, (("egindibulaq", "Егіндібұлақ ауылдық округі"), ("qarghaly", "Қарғалы кенті"), ("balqantau", "Балқантау ауылдық округі"), ("tomar", "Томар ауылдық округі"), ("yntaly", "Ынталы ауылдық округі"))),
    District("zhezqazghan", "Жезқазған қаласы", 4, (("kenggir", "Кеңгір ауылы"), ("talap", "Талап ауылы"), ("sarykenggir", "Сарыкеңгір ауылы"))),
    District("buqar-zhyrau", "Бұқар жырау ауданы", 4, (("botaqara", "Ботақара кенті"), ("dubovka", "Дубовка ауылдық округі"), ("kokpekti", "Көкпекті ауылдық округі"), ("rostov", "Ростов ауылдық округі"), ("ushtobe", "Үштөбе ауылдық округі"))),
    District("balqash", "Балқаш қаласы", 3, (("sayaq", "Саяқ кенті"), ("gulshat", "Гүлшат кенті"))),
    District("osakarov", "Осакаров ауданы", 3, (("molodezhnyi", "Молодежный кенті"), ("pioner", "Пионер ауылдық округі"), ("batpaq", "Батпақ ауылдық округі"), ("shiderti", "Шідерті ауылдық округі"))),
    District("shet", "Шет ауданы", 3, (("aqsu-ayuly", "Ақсу-Аюлы ауылдық округі"), ("aghadyr", "Ағадыр кенті"), ("aqzhal", "Ақжал кенті"), ("moiynty", "Мойынты кенті"))),
    District("shakhtinsk", "Шахтинск қаласы", 3, (("shakhan", "Шахан кенті"), ("dolinka", "Долинка кенті"), ("novodolinskii", "Новодолинский кенті"))),
    District("zhangaarqa", "Жаңаарқа ауданы", 2, (("qyzylzhar", "Қызылжар кенті"), ("bidaiyq", "Бидайық ауылдық округі"), ("tugisken", "Түгіскен ауылдық округі"))),
    District("satbaev", "Сәтбаев қаласы", 2, (("zhezqazghan-kenti", "Жезқазған кенті"),)),
    District("saran", "Саран қаласы", 2, (("aqtas", "Ақтас кенті"),)),
    District("ulytau", "Ұлытау ауданы", 2, (("qorghasyn", "Қорғасын ауылдық округі"), ("qarsaqpai", "Қарсақпай кенті"), ("borsengir", "Борсеңгір ауылдық округі"))),
    District("aqtoghai", "Ақтоғай ауданы", 2, (("shashubai", "Шашубай кенті"), ("saryshaghan", "Сарышаған кенті"), ("tasaral", "Тасарал ауылдық округі"))),
    District("qarazhal", "Қаражал қаласы", 1, (("zhaiyrem", "Жәйрем кенті"), ("shalghyn", "Шалғын кенті"))),
    District("priozersk", "Приозерск қаласы", 1, ()),
)  # fmt: skip

SURNAMES = (
    "Ахметов", "Серіков", "Жұмабеков", "Оспанов", "Қасымов", "Тілеубаев", "Нұрғалиев", "Сүлейменов", "Әбдірахманов", "Ким",
    "Шмидт", "Иванов", "Петренко", "Бекмағамбетов", "Құсайынов", "Мұсин", "Сәрсенбаев", "Ысқақов", "Вебер", "Рахимов",
    "Байжанов", "Есімов", "Дүйсенов", "Кенжебеков", "Омаров", "Тоқтаров", "Мейрамов", "Жанәбілов", "Соколов", "Әлімжанов",
)  # fmt: skip
INITIALS = (
    "А.Б.",
    "Г.С.",
    "Ж.Қ.",
    "М.Т.",
    "Д.Е.",
    "С.Н.",
    "Б.О.",
    "Р.К.",
    "Қ.Ә.",
    "Л.В.",
    "Е.М.",
    "Н.Ж.",
    "Т.Ы.",
    "О.П.",
)

OTHER_MAIL = (
    "Мұрағаттық анықтама беру", "Жер учаскесіне құқық беру", "Справка о наличии подсобного хозяйства", "Азаматтың шағымы",
    "Запрос прокуратуры", "Мүгедекке кресло-арба беру туралы өтініш", "Housing queue certificate",
)  # fmt: skip
OTHER_STEPS = (
    "Жауап хат дайындалды",
    "Звонок заявителю",
    "Тұрғын үйін қарап шықты",
    "Сканирование в архив",
    "Site visit",
    "Запрос в прокуратуру",
)
