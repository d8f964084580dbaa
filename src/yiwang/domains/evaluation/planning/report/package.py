"""Opens a template as a Word package and refuses what is not one, before anything is parsed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from docx.opc.part import Part, XmlPart
from docx.oxml.parser import parse_xml
from docx.package import Package
from docxtpl import DocxTemplate
from lxml import etree

from .findings import TemplateFinding

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_XML_PART = 8 * 1024 * 1024
MAX_ENTRIES = 2000

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN = _WORD + "document.main+xml"
_TEMPLATE_MAIN = _WORD + "template.main+xml"
_RENDERED = {_MAIN: "正文"} | {
    f"{_WORD}{name}+xml": zh
    for name, zh in (("header", "页眉"), ("footer", "页脚"), ("footnotes", "脚注"), ("endnotes", "尾注"))
}
_ACTIVE = re.compile(r"(vbaProject|vbaData)\S*\.(bin|xml)$|/(activeX|embeddings|ctrlProps)/", re.IGNORECASE)
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class TemplatePart:
    """A part of the package that is rendered; ``place_zh`` says where an official finds it."""

    part: Part
    place_zh: str

    @property
    def is_body(self) -> bool:
        """Whether this is the main text."""
        return self.place_zh == "正文"

    def xml(self) -> str:
        """The part's XML as the template engine's cleaner wants it, on one line."""
        root: etree._Element = self.part.element if isinstance(self.part, XmlPart) else parse_xml(self.part.blob)
        return str(etree.tostring(root, encoding="unicode"))

    def replace(self, root: etree._Element) -> None:
        """Puts ``root`` in place of the part's XML."""
        if isinstance(self.part, XmlPart):
            # python-docx has no public way to replace a part's root.
            self.part._element = root  # type: ignore[assignment]
        else:
            self.part._blob = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def inspect_package(data: bytes) -> list[TemplateFinding]:
    """What makes ``data`` unfit to be opened: not a Word document, macros, too large, damaged, external content."""
    if len(data) > MAX_BYTES:
        return [_too_large()]
    if data.startswith(_OLE_MAGIC):
        return [
            TemplateFinding(
                "template_not_docx",
                "这是旧版 .doc 文件或加了密码的文件。请在 WPS 或 Word 中取消密码，另存为 .docx 后再上传。",
                "This is an old .doc file or one with a password. Remove the password and save it as .docx in WPS or "
                "Word, then upload it again.",
            )
        ]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _inspect_archive(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        # RuntimeError: encrypted entry; NotImplementedError: unknown compression; the others: damaged archive.
        return [_not_docx()]


def open_package(data: bytes) -> Package:
    """The package of a template that :func:`inspect_package` found fit."""
    return Package.open(io.BytesIO(data))


def rendered_parts(package: Package) -> Iterator[TemplatePart]:
    """The parts whose text may hold placeholders: body first, then headers, footers and notes by name."""
    found = [part for part in package.iter_parts() if part.content_type in _RENDERED]
    for part in sorted(found, key=lambda part: (part.content_type != _MAIN, str(part.partname))):
        yield TemplatePart(part, _RENDERED[part.content_type])


def jinja_source(xml: str) -> str:
    """Jinja source from WordprocessingML: tags that Word split over runs joined, one paragraph per line."""
    one_line = xml.replace("\n", " ")
    patched = str(DocxTemplate(io.BytesIO()).patch_xml(one_line))
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", patched)


def _inspect_archive(archive: zipfile.ZipFile) -> list[TemplateFinding]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return [_too_large()]
    names = {entry.filename for entry in entries}
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        return [_not_docx()]
    if any(entry.flag_bits & 0x1 for entry in entries):
        return [_not_docx()]
    content_types = archive.read("[Content_Types].xml").decode("utf-8", errors="replace")
    if "macroEnabled" in content_types or any(_ACTIVE.search(name) for name in names):
        return [
            TemplateFinding(
                "template_macro",
                "模板里有宏、控件或嵌入对象。请删除后另存为不带宏的 .docx 文件再上传。",
                "The template carries macros, controls or embedded objects. Remove them, save it as a .docx without "
                "macros and upload it again.",
            )
        ]
    if _MAIN not in content_types:
        return [_not_docx(is_dotx=_TEMPLATE_MAIN in content_types)]
    findings: list[TemplateFinding] = []
    for entry in entries:
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        if entry.file_size > MAX_XML_PART:
            return [_too_large()]
        findings += _inspect_xml(entry.filename, archive.read(entry))
    return findings


def _inspect_xml(name: str, blob: bytes) -> list[TemplateFinding]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(blob, parser)
    except etree.XMLSyntaxError:
        return [_not_docx(where=name)]
    if root.getroottree().docinfo.internalDTD is not None:
        return [_not_docx(where=name)]
    if not name.endswith(".rels"):
        return []
    outside = [
        relation.get("Target", "")
        for relation in root
        if relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith("/hyperlink")
    ]
    return [
        TemplateFinding(
            "template_external_content",
            f"模板引用了外部内容“{target}”，打开报告时会去别处取。请把图片等内容直接插入文档，或断开链接后再上传。",
            f"The template refers to content elsewhere, “{target}”, which would be fetched when the report is opened. "
            "Insert pictures into the document or break the link, then upload it again.",
            where=name,
            names=(target,),
        )
        for target in outside
    ]


def _not_docx(where: str = "", is_dotx: bool = False) -> TemplateFinding:
    zh = "这不是完好的 .docx 文件。请在 WPS 或 Word 中打开模板，另存为 .docx 后再上传。"
    en = "This is not a sound .docx file. Open the template in WPS or Word, save it as .docx and upload it again."
    if is_dotx:
        zh = "这是 .dotx 模板文件。请另存为 .docx 文档后再上传。"
        en = "This is a .dotx file. Save it as a .docx document and upload it again."
    return TemplateFinding("template_not_docx", zh, en, where=where)


def _too_large() -> TemplateFinding:
    return TemplateFinding(
        "template_too_large",
        f"模板太大：文件不得超过 {MAX_BYTES // 2**20} MB，解压后不得超过 {MAX_UNPACKED // 2**20} MB，"
        f"单个部分不得超过 {MAX_XML_PART // 2**20} MB。请压缩或删除其中的图片后再上传。",
        f"The template is too large: at most {MAX_BYTES // 2**20} MB as a file, {MAX_UNPACKED // 2**20} MB unpacked, "
        f"{MAX_XML_PART // 2**20} MB in one part. Compress or remove pictures and upload it again.",
    )
