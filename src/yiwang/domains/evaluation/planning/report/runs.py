"""Marker strings into runs and paragraphs, the figures as hyperlinks to their pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part

from . import wordxml as w
from .context import ReportContext
from .markers import INLINE, PARAGRAPH, Markers


@dataclass(slots=True)
class Pen:
    """Writes marker strings into one part of the package; ``styles`` gives the part's id for each of our style ids."""

    context: ReportContext
    markers: Markers
    part: Part
    styles: dict[str, str]
    _relations: dict[int, str] = field(default_factory=dict)

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

    def _figure(self, number: int, properties: w.Element | None, linked: bool) -> w.Element:
        figure = self.markers.figures[number]
        shown = w.figure_run(figure.text, self.styles[w.STYLE_FIGURE], properties)
        if not linked:
            return shown
        return w.hyperlink(self._relation(number), figure.tooltip, [shown])

    def _relation(self, number: int) -> str:
        """The part's relation to a figure's page. Kept, because python-docx searches all relations each time."""
        if number not in self._relations:
            target = self.context.absolute(self.markers.figures[number])
            self._relations[number] = self.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return self._relations[number]
