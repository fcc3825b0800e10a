"""Reading a tool file: the name, description and parameters of a function that the model may ask for."""

from assay.author.picoschema import expand
from assay.author.source import Source
from assay.core.document import parse_document
from assay.core.errors import BadInput
from assay.core.fields import Fields
from assay.core.location import Location
from assay.core.schema import compile_schema
from assay.models.types import Tool


def read_tool(source: Source, path: str, *, where: Location) -> Tool:
    """The tool in the file with that path (YAML or JSON); OpenAI's ``{type: function, function: …}`` is read too.

    Raises:
        BadInput: The file cannot be read or does not describe a tool.
    """
    document = parse_document(source.read(path, where=where), file=source.name(path))
    fields = Fields(document, code="tool")
    if fields.raw("type") == "function" and isinstance(fields.raw("function"), dict):
        fields = fields.sub("function")
    fields.raw("strict")
    name = fields.need_text("name")
    description = fields.text("description") or ""
    parameters = expand(
        fields.mapping("parameters") or {"type": "object", "properties": {}}, where=fields.at("parameters")
    )
    fields.close()
    try:
        compile_schema(parameters)
    except BadInput as error:
        error.where = fields.at("parameters")
        raise
    return Tool(name=name, description=description, parameters=parameters)
