"""What can be wrong with a file or a row: stable codes, each with a sentence in zh and en."""

import msgspec

from shared.vault.identity import REFUSALS as ID_SENTENCES
from shared.vault.uscc import MESSAGES as USCC_SENTENCES

MAX_CELL = 1_000
MAX_COLUMNS = 64
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_ROWS = 100_000

ROW_SENTENCES: dict[str, tuple[str, str]] = {
    "RAGGED_ROW": (
        "这一行的单元格数与表头不一致",
        "the row has another number of cells than the header",
    ),
    "BLANK_ROW": ("这一行全是空单元格", "the row has only empty cells"),
    "QUOTES": ("引号不成对或引号后有多余文字", "a quote is not closed, or text follows it"),
    "ROW_TOO_LONG": (
        "这一行超过131072个字符",
        "the row is longer than 131,072 characters",
    ),
    "CELL_TOO_LONG": (
        f"“{{zh}}”超过{MAX_CELL}个字符",
        f"{{en}} is longer than {MAX_CELL} characters",
    ),
    "REQUIRED": ("“{zh}”没有填写", "{en} is empty"),
    "NOT_FOR_RECORD": ("“{zh}”不属于这种记录,应留空", "{en} has no place in this kind of record"),
    "TOO_LONG": ("“{zh}”超过{limit}个字符", "{en} is longer than {limit} characters"),
    "FORMULA": (
        "“{zh}”以 = + - @ 或制表符开头,表格软件会当作公式",
        "{en} starts with = + - @ or a tab: a spreadsheet would run it as a formula",
    ),
    "FULL_WIDTH": ("“{zh}”含全角数字或字母", "{en} has full-width digits or letters"),
    "CONTROL": ("“{zh}”含不可见的控制字符", "{en} has an invisible control character"),
    "LINE_BREAK": ("“{zh}”内有换行", "{en} has a line break inside"),
    "JURISDICTION_FORMAT": ("“{zh}”不是6位数字", "{en} is not a 6-digit code"),
    "CODE_FORMAT": (
        "“{zh}”只能用字母、数字和 . _ -",
        "{en} may hold letters, digits and . _ - only",
    ),
    "PHONE_FORMAT": (
        "“{zh}”不是手机号或带区号的座机号",
        "{en} is no mobile number and no fixed line with area code",
    ),
    "ACCOUNT_FORMAT": ("“{zh}”不是8到32位数字", "{en} is not 8 to 32 digits"),
    "OCCUPATION_UNKNOWN": (
        "“{zh}”不在职业(工种)目录中",
        "{en} is not in the catalogue of occupations",
    ),
    "LEVEL_MISSING": ("“{zh}”没有填写", "{en} is empty"),
    "LEVEL_UNKNOWN": ("“{zh}”不是五级至一级或“无”", "{en} is none of L5 to L1 and not 'none'"),
    "CERTIFICATE_TYPE_UNKNOWN": ("“{zh}”不是已知的证书类型", "{en} is no known certificate type"),
    "PAYER_UNKNOWN": (
        "“{zh}”不是个人、企业或培训机构",
        "{en} is none of individual, enterprise, institution",
    ),
    "DATE_FORMAT": (
        "“{zh}”应写作 2020-05-06、2020/5/6 或 2020年5月6日",
        "{en} must read 2020-05-06, 2020/5/6 or 2020年5月6日",
    ),
    "DATE_INVALID": ("“{zh}”不是存在的日期", "{en} is a day that does not exist"),
    "DATE_RANGE": ("“{zh}”不在1949年至2100年之间", "{en} is not between 1949 and 2100"),
    "DATE_ORDER": ("培训结束日期早于开始日期", "the training ends before it starts"),
    "AMOUNT_NOT_YUAN": (
        "“{zh}”应写作 1500 或 1500.00,最多两位小数",
        "{en} must read 1500 or 1500.00, with two decimals at most",
    ),
    "AMOUNT_NEGATIVE": ("“{zh}”是负数", "{en} is negative"),
    "AMOUNT_ZERO": ("“{zh}”必须大于零", "{en} must be more than zero"),
    "AMOUNT_TOO_LARGE": ("“{zh}”大得不合理", "{en} is too large"),
    "YES_OR_NO": ("“{zh}”须填“是”或“否”", "{en} is neither yes nor no"),
    "MONTHS_INVALID": ("“{zh}”须为1至120的整数", "{en} is no whole number from 1 to 120"),
    "DAYS_INVALID": ("“{zh}”须为1至3660的整数", "{en} is no whole number from 1 to 3,660"),
    "CHANGE_UNKNOWN": ("“{zh}”不是入班或退班", "{en} is neither enrolled nor left"),
    "CHOICE_UNKNOWN": ("“{zh}”不是规定的用语", "{en} is none of the words that it may hold"),
    "NUMBER_INVALID": ("“{zh}”须为0至100000000的整数", "{en} is no whole number to 100,000,000"),
    "CODES_INVALID": (
        "“{zh}”应为以分号分隔的代码,最多{limit}个字符",
        "{en} must be codes separated by semicolons, {limit} characters at most",
    ),
    "AREA_NOT_OWN": (
        "“{zh}”不在本次导入的辖区内",
        "{en} is not in the jurisdiction of this import",
    ),
    "PERIOD_ORDER": ("“{zh}”早于生效日期", "{en} is before the first day"),
    "BEFORE_IMPORT": (
        "“{zh}”早于本次导入的生效日期",
        "{en} is before the day from which this import counts",
    ),
    "OVERLAPS_ROW": (
        "与第{limit}行同一对象的有效期重叠",
        "counts on the same days as row {limit}, for the same thing",
    ),
    "OVERLAPS_IN_FORCE": (
        "与现行有效的同一对象的有效期重叠",
        "counts on the same days as a row in force, for the same thing",
    ),
    "RECORD_UNKNOWN": (
        "“{zh}”不是 claim、payout、advance 或 settlement",
        "{en} is none of claim, payout, advance, settlement",
    ),
    "OUTCOME_UNKNOWN_WORD": (
        "“{zh}”不是 成功、退回 或 未知",
        "{en} is none of paid, returned, unknown",
    ),
    "DECISION_UNKNOWN": (
        "“{zh}”不是 approved、rejected 或 withdrawn",
        "{en} is none of approved, rejected, withdrawn",
    ),
}

# What the vault says of numbers of persons and organisations is said in its words.
ROW_SENTENCES |= ID_SENTENCES | USCC_SENTENCES

FILE_SENTENCES: dict[str, tuple[str, str]] = {
    "FILE_TOO_LARGE": (
        f"文件超过{MAX_FILE_BYTES // 2**20} MiB",
        f"the file is larger than {MAX_FILE_BYTES // 2**20} MiB",
    ),
    "FILE_EMPTY": ("文件是空的", "the file is empty"),
    "NOT_CSV": (
        "文件是Excel工作簿,请另存为CSV",
        "the file is an Excel workbook; save it as CSV",
    ),
    "WORKBOOK": (
        "无法读取该Excel工作簿(须为未加密的XLSX文件)",
        "the Excel workbook cannot be read; it must be XLSX without a password",
    ),
    "ENCODING": (
        "文件既不是UTF-8也不是GB18030(第{line}行,像是{name}),请另存为UTF-8",
        "the text is neither UTF-8 nor GB18030 (line {line}, it looks like {name}); "
        "save it as UTF-8",
    ),
    "HEADER_MISSING": (
        "第一行不是表头:没有一个认识的列名",
        "the first line is not a header: no column name in it is known",
    ),
    "DELIMITER": ("各列之间应当用逗号分隔", "columns must be separated by commas"),
    "TOO_MANY_COLUMNS": (
        f"文件超过{MAX_COLUMNS}列",
        f"the file has more than {MAX_COLUMNS} columns",
    ),
    "UNKNOWN_COLUMN": ("不认识的列“{name}”", "unknown column {name!r}"),
    "MISSING_COLUMN": ("缺少列“{name}”", "column {name!r} is missing"),
    "DUPLICATE_COLUMN": ("列“{name}”出现了两次", "column {name!r} stands there twice"),
    "QUOTES": (
        "第{line}行打开的引号没有正确关闭",
        "a quote opened on line {line} is not closed properly",
    ),
    "NO_ROWS": ("文件只有表头,没有数据行", "the file has a header and no rows"),
    "TOO_MANY_LINES": (
        "文件超过1000000行(含空行)",
        "the file has more than 1,000,000 lines, blank ones included",
    ),
    "TOO_MANY_ROWS": (
        f"文件超过{MAX_ROWS}个数据行(第{{line}}行)",
        f"the file has more than {MAX_ROWS} rows of data (line {{line}})",
    ),
}


class RowError(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with one row (or one warning). It never repeats what the cell holds."""

    row: int
    """line of the file where the row starts; the header is line 1"""
    column: str
    """stable name of the column, empty when the row as a whole is wrong"""
    code: str
    zh: str
    en: str


class FileError(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with the whole file."""

    code: str
    column: str | None = None
    line: int | None = None
    zh: str
    en: str


class FileRefused(Exception):
    """Nothing of the file is taken; `errors` holds every reason that was found."""

    def __init__(self, *errors: FileError) -> None:
        super().__init__(", ".join(error.code for error in errors))
        self.errors = errors
        self.code = errors[0].code


class BadCell(Exception):
    """A cell's text does not have the form that its column asks for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def file_error(
    code: str, *, column: str | None = None, line: int | None = None, name: str | None = None
) -> FileError:
    """A refusal of the file; `name` is the header cell or encoding that the sentence quotes."""
    shown = (column or "") if name is None else name
    zh, en = (text.format(name=shown, line=line) for text in FILE_SENTENCES[code])
    return FileError(code=code, column=column, line=line, zh=zh, en=en)


def row_error(
    row: int, code: str, column: str = "", *, label: str = "", limit: int = 0
) -> RowError:
    """A refusal of one row; `label` is the Chinese header of the column."""
    zh, en = ROW_SENTENCES[code]
    return RowError(
        row=row,
        column=column,
        code=code,
        zh=zh.format(zh=label or column, limit=limit),
        en=en.format(en=column, limit=limit),
    )
