"""Marker strings into runs and paragraphs, the figures as hyperlinks to their pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part

from . import wordxml as w
from .chart_parts import add_chart, chart_height
from .charts import Chart
from .comments import FIGURE
from .context import FigureRef, ReportContext
from .markers import INLINE, PARAGRAPH, Markers, clean

FIRST_DRAWING = 10_000


@dataclass(slots=True)
class Pen:
    """Writes marker strings into one part of the package; ``styles`` gives the part's id for each of our style ids."""

    context: ReportContext
    markers: Markers
    part: Part
    styles: dict[str, str]
    _charts: int = 0
    _relations: dict[str, str] = field(default_factory=dict)

    def runs(self, text: str, properties: w.Element | None = None, linked: bool = True) -> list[w.Element]:
        """The runs of ``text`` (without paragraph markers); not ``linked`` inside another link: links do not nest."""
        made: list[w.Element] = []
        position = 0
        for match in INLINE.finditer(text):
            if match.start() > position:
                made.append(w.run(text[position : match.start()], properties))
            if match.group(1) is not None:
                made.append(self._figure(int(match.group(1)), properties, linked))
            position = match.end()
        if position < len(text):
            made.append(w.run(text[position:], properties))
        return made

    def paragraphs(
        self, text: str, properties: w.Element | str, run_properties: w.Element | None = None
    ) -> list[w.Element]:
        """One ``w:p`` for every paragraph of ``text``; ``properties`` a style id of ours or a ``w:pPr``."""
        style = self.styles[properties] if isinstance(properties, str) else properties
        return [w.paragraph(style, self.runs(line, run_properties)) for line in text.split(PARAGRAPH)]

    def chart(self, chart: Chart, width: int) -> w.Element:
        """The paragraph with ``chart`` over ``width`` twips; on a click it opens the page whose rows it counts."""
        relation = self.part.relate_to(
            add_chart(self.part.package, chart, self.context.generated_at), RELATIONSHIP_TYPE.CHART
        )
        self._charts += 1
        size = (width, chart_height(chart))
        link = self.link(chart.source.url) if chart.source.url else ""
        # Beyond the numbers that a template's own pictures have.
        made = w.chart_run(relation, FIRST_DRAWING + self._charts, size, chart.title, clean(chart.alt_text), link)
        return w.paragraph(self.styles[w.STYLE_CHART], [self.marked(made, chart.source)])

    def link(self, url: str) -> str:
        """The part's relation to a page. Kept, because python-docx searches all relations each time."""
        if url not in self._relations:
            target = self.context.absolute(url)
            self._relations[url] = self.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return self._relations[url]

    def marked(self, element: w.Element, figure: FigureRef) -> w.Element:
        """``element`` with the mark that :func:`.comments.annotate` turns into a comment on ``figure``."""
        element.set(FIGURE, str(self.markers.place(figure)))
        return element

    def _figure(self, number: int, properties: w.Element | None, linked: bool) -> w.Element:
        figure = self.markers.figures[number]
        if not figure.url:
            return self.marked(w.run(clean(figure.text), properties), figure)
        shown = w.figure_run(clean(figure.text), self.styles[w.STYLE_FIGURE], properties)
        if linked:
            shown = w.hyperlink(self.link(figure.url), clean(figure.tooltip), [shown])
        return self.marked(shown, figure)
