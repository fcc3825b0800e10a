"""Handlebars templates: read, laid out, translated into the native language and written from it.

``parser`` and ``whitespace`` read; ``shape`` and ``names`` find out what values are; ``translate`` and ``write`` go
from and to Handlebars. Knows nothing of front matter or files; that is ``dialects/dotprompt.py``.
"""
