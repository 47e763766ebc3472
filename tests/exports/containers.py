"""One table in every container that offices use: `WRITERS` maps a name to (ending, function from rows of texts to bytes)."""

from __future__ import annotations

import csv
import html
import io
import zipfile
from collections.abc import Callable

import polars as pl
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

Rows = list[list[str]]


def as_csv(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def as_xlsx(rows: Rows, *, above: int = 0) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Журнал")
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(at + above, column, text)
    return out.getvalue()


def as_xls(rows: Rows) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Журнал")
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                sheet.write(at, column, text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_ods(rows: Rows) -> bytes:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Журнал")
    document.spreadsheet.addElement(table)
    for row in rows:
        line = TableRow()
        table.addElement(line)
        for text in row:
            cell = TableCell(valuetype="string")
            for paragraph in text.split("\n"):
                cell.addElement(P(text=paragraph))
            line.addElement(cell)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_html(rows: Rows) -> bytes:
    lines = [
        "<tr>" + "".join(f"<td>{html.escape(text).replace(chr(10), '<br>')}</td>" for text in row) + "</tr>"
        for row in rows
    ]
    head = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><table border=1>'
    )
    return (head + "\n".join(lines) + "</table></body></html>").encode()


def as_xml(rows: Rows) -> bytes:
    def cell(text: str) -> str:
        return f'<Cell><Data ss:Type="String">{html.escape(text)}</Data></Cell>' if text else "<Cell/>"

    lines = "".join(f"<Row>{''.join(map(cell, row))}</Row>" for row in rows)
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Журнал"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


def as_parquet(rows: Rows) -> bytes:
    out = io.BytesIO()
    columns = {name: [row[at] or None for row in rows[1:]] for at, name in enumerate(rows[0])}
    pl.DataFrame(columns, schema=dict.fromkeys(rows[0], pl.String)).write_parquet(out)
    return out.getvalue()


def zipped(ending: str, write: Callable[[Rows], bytes]) -> Callable[[Rows], bytes]:
    """The same in a ZIP archive."""

    def write_zipped(rows: Rows) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"журналы/бөлім{ending}", write(rows))
        return out.getvalue()

    return write_zipped


WRITERS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "csv": (".csv", as_csv),
    "xlsx": (".xlsx", as_xlsx),
    "xls": (".xls", as_xls),
    "ods": (".ods", as_ods),
    "html": (".html", as_html),
    "html named xls": (".xls", as_html),
    "xlsx named xls": (".xls", as_xlsx),
    "xlsx named csv": (".csv", as_xlsx),
    "csv named xls": (".xls", as_csv),
    "xml named xls": (".xls", as_xml),
    "parquet": (".parquet", as_parquet),
    "csv in zip": (".zip", zipped(".csv", as_csv)),
    "xlsx in zip": (".zip", zipped(".xlsx", as_xlsx)),
    "xls in zip": (".zip", zipped(".xls", as_xls)),
    "zip in zip": (".zip", zipped(".zip", zipped(".ods", as_ods))),
}
