"""Charts as Word keeps them: a DrawingML part and the workbook that "edit data" opens.

Written by hand and not by a library of charts: bars are all we draw, and what officials ask for (Chinese fonts by name,
patterns for grey print, no zeros in stacked bars) would have to be patched into any library's XML.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.package import Package
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from .charts import Chart, Look, Series
from .markers import clean
from .package_io import fixed_times
from .styles import BODY_FONT, LATIN_FONT

SHEET = "数据"
# Hundredths of a point: 小五 is too small for a page that is copied, 五号 is what tables have.
TYPE_SIZE = 1050
# Twips (100 mm): two charts with their captions share a page.
MOST_HEIGHT = 5700
_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_QUOTE = {'"': "&quot;"}
_CATEGORY_AXIS, _VALUE_AXIS = "111111111", "222222222"


def add_chart(package: Package, chart: Chart, written: datetime) -> Part:
    """A chart part of ``package`` with its workbook; ``written`` dates the workbook."""
    book = Part(
        package.next_partname("/word/embeddings/Microsoft_Excel_Sheet%d.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        workbook(chart, written),
        package,
    )
    name: PackURI = package.next_partname("/word/charts/chart%d.xml")
    made = Part(name, CONTENT_TYPE.DML_CHART, None, package)
    made._blob = chart_xml(chart, made.relate_to(book, RELATIONSHIP_TYPE.PACKAGE))
    return made


def chart_height(chart: Chart) -> int:
    """Twips: a line and a half for every bar, room for the axis and up to two lines of legend, at most MOST_HEIGHT."""
    bars = len(chart.categories) * (1 if chart.stacked else len(chart.series))
    around = 700 if len(chart.series) == 1 else 1700
    return min(around + bars * 480, MOST_HEIGHT)


def workbook(chart: Chart, written: datetime) -> bytes:
    """The chart's numbers: categories in the first column, a series in each further one."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    sheet.append(["", *(clean(series.name) for series in chart.series)])
    for position, category in enumerate(chart.categories):
        sheet.append([clean(category), *(series.values[position] for series in chart.series)])
    for row in sheet.iter_rows():
        for cell in row:
            # A name that begins like a formula is text.
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    sheet.column_dimensions["A"].width = 30
    book.properties.creator = "一网"
    # Not Workbook.save(): it dates the file by the clock, and the same report shall give the same bytes.
    book.properties.created = book.properties.modified = written.astimezone(UTC).replace(tzinfo=None)
    stream = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)).save()
    return fixed_times(stream.getvalue())


def chart_xml(chart: Chart, book: str) -> bytes:
    """The DrawingML of ``chart``; ``book`` is the relation to its workbook."""
    grouping = "stacked" if chart.stacked else "clustered"
    overlap = '<c:overlap val="100"/>' if chart.stacked else '<c:overlap val="-10"/>'
    series = "".join(_series(chart, number, each) for number, each in enumerate(chart.series))
    bars = (
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="{grouping}"/><c:varyColors val="0"/>{series}'
        f'<c:gapWidth val="60"/>{overlap}<c:axId val="{_CATEGORY_AXIS}"/><c:axId val="{_VALUE_AXIS}"/></c:barChart>'
    )
    # Without a title of its own a single series' name would be set above the chart: its caption says more.
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace {_NAMESPACES}><c:date1904 val="0"/><c:lang val="zh-CN"/><c:roundedCorners val="0"/>'
        f'<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>{bars}{_axes(chart)}</c:plotArea>'
        f'{_legend(chart)}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f'<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>{_text()}'
        f'<c:externalData r:id="{book}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _series(chart: Chart, number: int, series: Series) -> str:
    column = get_column_letter(number + 2)
    last = len(chart.categories) + 1
    points = "".join(
        f'<c:dPt><c:idx val="{position}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>{_fill(look)}</c:dPt>'
        for position, look in enumerate(series.looks)
    )
    names = _points([clean(category) for category in chart.categories])
    numbers = _points(["" if value is None else f"{value:f}" for value in series.values])
    return (
        f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/>'
        f"<c:tx><c:strRef><c:f>{SHEET}!${column}$1</c:f><c:strCache>{_points([clean(series.name)])}</c:strCache>"
        f'</c:strRef></c:tx>{_fill(series.look)}<c:invertIfNegative val="0"/>{points}{_labels(chart)}'
        f"<c:cat><c:strRef><c:f>{SHEET}!$A$2:$A${last}</c:f><c:strCache>{names}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>{SHEET}!${column}$2:${column}${last}</c:f>"
        f"<c:numCache><c:formatCode>General</c:formatCode>{numbers}</c:numCache></c:numRef></c:val></c:ser>"
    )


def _points(values: list[str]) -> str:
    """The cached values; an empty one is left out, as Word does."""
    points = "".join(
        f'<c:pt idx="{position}"><c:v>{escape(value)}</c:v></c:pt>' for position, value in enumerate(values) if value
    )
    return f'<c:ptCount val="{len(values)}"/>{points}'


def _fill(look: Look) -> str:
    colour = f'<a:srgbClr val="{look.colour}"/>'
    fill = f"<a:solidFill>{colour}</a:solidFill>"
    if look.pattern:
        fill = (
            f'<a:pattFill prst="{look.pattern}"><a:fgClr>{colour}</a:fgClr>'
            '<a:bgClr><a:srgbClr val="FFFFFF"/></a:bgClr></a:pattFill>'
        )
    return f'<c:spPr>{fill}<a:ln w="9525"><a:solidFill>{colour}</a:solidFill></a:ln></c:spPr>'


def _labels(chart: Chart) -> str:
    """The number at every bar: behind it, or on white within a stacked one, where nothing is not said."""
    digits = "0" if chart.decimals == 0 else f"0.{'0' * chart.decimals}"
    number = f'{digits}"{chart.unit}"' if not chart.stacked else f"{digits};-{digits};;"
    ground = '<c:spPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></c:spPr>' if chart.stacked else ""
    place = "ctr" if chart.stacked else "outEnd"
    return (
        f'<c:dLbls><c:numFmt formatCode="{escape(number, _QUOTE)}" sourceLinked="0"/>{ground}{_text()}'
        f'<c:dLblPos val="{place}"/><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
    )


def _axes(chart: Chart) -> str:
    """Categories from top to bottom, values below them from zero (or the lowest value) on."""
    line = '<c:spPr><a:ln w="9525"><a:solidFill><a:srgbClr val="595959"/></a:solidFill></a:ln></c:spPr>'
    grid = (
        '<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="D9D9D9"/></a:solidFill></a:ln>'
        "</c:spPr></c:majorGridlines>"
    )
    values = [value for series in chart.series for value in series.values if value is not None]
    lowest = "" if min(values, default=Decimal(0)) < 0 else '<c:min val="0"/>'
    # Counts have no halves: without a step of their own few things would be counted 0, 0.5, 1.
    step = 20 if chart.unit == "%" else max(1, round(_longest(chart) / 6))
    percent = '"%"' if chart.unit == "%" else ""
    return (
        f'<c:catAx><c:axId val="{_CATEGORY_AXIS}"/><c:scaling><c:orientation val="maxMin"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="low"/>{line}{_text()}'
        f'<c:crossAx val="{_VALUE_AXIS}"/><c:crosses val="autoZero"/><c:auto val="1"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>'
        f'<c:valAx><c:axId val="{_VALUE_AXIS}"/><c:scaling><c:orientation val="minMax"/>{lowest}</c:scaling>'
        f'<c:delete val="0"/><c:axPos val="b"/>{grid}<c:numFmt formatCode="{escape(f"0{percent}", _QUOTE)}" '
        f'sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{line}{_text()}<c:crossAx val="{_CATEGORY_AXIS}"/><c:crosses val="max"/><c:crossBetween val="between"/>'
        f'<c:majorUnit val="{step}"/></c:valAx>'
    )


def _longest(chart: Chart) -> Decimal:
    """The length of the longest bar, stacked or not."""
    if chart.stacked:
        columns = zip(*(series.values for series in chart.series), strict=True)
        return max(
            (sum((value or Decimal(0) for value in column), Decimal(0)) for column in columns), default=Decimal(0)
        )
    return max((value or Decimal(0) for series in chart.series for value in series.values), default=Decimal(0))


def _legend(chart: Chart) -> str:
    if len(chart.series) < 2:
        return ""
    return f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_text()}</c:legend>'


def _text() -> str:
    fonts = f'<a:latin typeface="{LATIN_FONT}"/><a:ea typeface="{BODY_FONT}"/>'
    black = '<a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
    return (
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{TYPE_SIZE}" b="0">{black}{fonts}</a:defRPr></a:pPr>'
        '<a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
    )
