"""The rows of a CSV file as a stream, whatever they mean: a dataset's, or another system's."""

import csv
from collections.abc import Iterator

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.evaluate.case_row import decode_line
from assay.evaluate.dataset_format import Feed, Header, Row
from assay.evaluate.json_items import MAX_ITEM_BYTES, lines


def csv_rows(feed: Feed) -> Iterator[Row]:
    """The rows below the header.

    Raises:
        BadInput: The file is not CSV, or not UTF-8.
    """
    csv.field_size_limit(MAX_ITEM_BYTES)  # the module's own limit is less than a long document
    texts = (decode_line(line, Location(feed.file, number)) for number, line in lines(feed.handle, feed.file))
    reader = csv.reader(texts, strict=True)
    header: Header | None = None
    while True:
        where = Location(feed.file, reader.line_num + 1)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise BadInput(
                f"not CSV: {error}",
                hint="put quotes around a cell with a comma, a quote or a line break, and double the quotes in it",
                code="dataset.syntax",
                where=where,
            ) from None
        if cells is None:
            return
        if header is None and cells:
            header = Header(tuple(cells), where)
        elif header is not None and cells:
            yield Row(header, cells, where)
