"""Words that may stand behind a number without being part of it."""


def _words(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split())


CURRENCIES = _words(
    "dollar dollars usd cent cents euro euros eur pound pounds gbp pence penny pennies yuan rmb",
    "cny yen jpy rupee rupees rs inr peso pesos franc francs won ruble rubles buck bucks",
)
LENGTHS = _words(
    "mm cm dm km nm meter meters metre metres millimeter millimeters millimetre millimetres",
    "centimeter centimeters centimetre centimetres kilometer kilometers kilometre kilometres",
    "inch inches foot feet ft yard yards yd yds mile miles mi unit units",
)
AREAS_AND_VOLUMES = _words(
    "acre acres hectare hectares ha sqft sqm liter liters litre litres ml milliliter milliliters",
    "millilitre millilitres cc gallon gallons gal quart quarts pint pints cup cups ounce ounces",
    "oz tablespoon tablespoons teaspoon teaspoons barrel barrels",
)
MASSES = _words(
    "mg kg gram grams gramme grammes milligram milligrams kilogram kilograms kilo kilos ton tons",
    "tonne tonnes lb lbs",
)
TIMES = _words(
    "sec secs second seconds minute minutes min mins hour hours hr hrs day days week weeks month",
    "months year years yr yrs decade decades century centuries ms",
)
RATES = _words("mph kph kmh kmph rpm percent percents percentage pct")
ANGLES = _words("degree degrees deg radian radians rad celsius fahrenheit")
PHYSICS = _words(
    "hz khz mhz ghz newton newtons joule joules kj watt watts kw kwh volt volts amp amps ohm ohms",
    "pascal pascals kpa mol moles byte bytes kb mb gb bit bits calorie calories kcal",
)
PEOPLE = _words(
    "people person persons student students child children kid kids boy boys girl girls man men",
    "woman women adult adults friend friends teacher teachers worker workers player players",
    "member members guest guests passenger passengers customer customers team teams class classes",
    "group groups family families",
)
THINGS = _words(
    "apple apples orange oranges banana bananas egg eggs cookie cookies cake cakes pizza pizzas",
    "slice slices candy candies piece pieces book books page pages pencil pencils pen pens ball",
    "balls marble marbles coin coins stamp stamps card cards ticket tickets toy toys box boxes",
    "bag bags bottle bottles car cars bus buses bike bikes house houses room rooms chair chairs",
    "table tables tree trees flower flowers dog dogs cat cats fish cow cows chicken chickens bird",
    "birds item items object objects gift gifts photo photos picture pictures shirt shirts shoe",
    "shoes hat hats tile tiles block blocks seat seats",
)
COUNTS = _words(
    "way ways case cases point points time times step steps term terms digit digits number",
    "numbers integer integers value values solution solutions root roots pair pairs triple",
    "triples triplet triplets set sets subset subsets element elements side sides edge edges face",
    "faces vertex vertices triangle triangles square squares rectangle rectangles cube cubes line",
    "lines combination combinations permutation permutations arrangement arrangements",
    "possibility possibilities outcome outcomes question questions problem problems game games",
    "match matches vote votes mark marks lap laps trip trips word words letter letters row rows",
    "column columns total",
)

WORDS = frozenset().union(
    CURRENCIES,
    LENGTHS,
    AREAS_AND_VOLUMES,
    MASSES,
    TIMES,
    RATES,
    ANGLES,
    PHYSICS,
    PEOPLE,
    THINGS,
    COUNTS,
)
"""Lower case; read whatever the case, also glued to the number."""
SPACED = _words("m g s h L l in")
"""Units that are also letters or words: behind a space or in `\\text{}` only; `5m` is a product."""
UPRIGHT = _words("N J W V A K C F T")
"""Units that are much more often letters: in `\\text{}` or `\\mathrm{}` only."""
LINKS = _words("per of each a an the in square sq cubic cu US total more different distinct")
"""Words that stand between a number and its unit or between units, never last."""
CHINESE = (
    *("平方千米", "平方公里", "平方米", "平方厘米", "平方分米", "立方米", "立方厘米", "立方分米"),
    *("千米", "公里", "厘米", "毫米", "分米", "千克", "公斤", "毫升", "公顷", "人民币", "名学生"),
    *("分钟", "小时", "美元", "个人", "种方法", "元", "米", "克", "吨", "升", "秒", "分", "时"),
    *("天", "日", "周", "年", "度", "岁", "种", "个", "人", "本", "支", "只", "件", "块", "辆"),
    *("条", "张", "次", "名", "位", "头", "棵", "袋", "箱", "组", "对", "倍"),
)
