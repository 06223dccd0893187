"""One build at a time in a tree, and what the last one left: finished, warned or cut short.

A build that is killed between reading and writing leaves pages that Sphinx holds for done. So a
mark stands in `_build` from when a build begins with its pages, and is taken away only at its end.
Where it still stands, the pages and what is known of them are thrown away; the runs of the chapters
are kept, since each is whole and says what it used. A build that is stopped while its chapters run
has touched no page and loses nothing. A page that warned is outdated until it is clean.
"""

from __future__ import annotations

import errno
import json
import logging as python_logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.logging import (
    NAMESPACE,
    SphinxWarningLogRecord,
    WarningLogRecordTranslator,
    is_suppressed_warning,
)

from openbook.marks import LOCK, UNFINISHED
from openbook.site import files

WARNED = ".warned.json"
_NOT_WRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
log = logging.getLogger(__name__)


class CannotWrite(SphinxError):
    """The disk took no file of the site."""

    category = "The book could not be written"


@contextmanager
def told_plainly(folder: Path) -> Iterator[None]:
    """Say in one line that a file could not be written: no room, no right, a disk only to read.

    Sphinx would tell of the handler that failed. Raises CannotWrite.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_WRITTEN:
            raise
        told = CannotWrite(
            f"{os.strerror(error.errno)}: {error.filename or folder}. Make room, or build into "
            "another folder (jb build . --path-output FOLDER); then build again, and the pages are "
            "made good"
        )
        _leave_it_at(told)
        raise told from None


def _leave_it_at(told: CannotWrite) -> None:
    """Let no traceback follow: Jupyter Book raises once more what Sphinx has said in a line."""
    usual = sys.excepthook

    def unless_told(kind: Any, raised: BaseException, trace: Any) -> None:
        if raised.__cause__ is not told:
            usual(kind, raised, trace)

    sys.excepthook = unless_told


class _Warned(python_logging.Handler):
    """Notes the pages that warnings name; `everywhere` if one names none."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(python_logging.WARNING)
        self.app, self.docnames, self.everywhere = app, set[str](), False
        self._translate = WarningLogRecordTranslator(app)

    def emit(self, record: python_logging.LogRecord) -> None:
        kind, subkind = getattr(record, "type", ""), getattr(record, "subtype", "")
        if is_suppressed_warning(kind, subkind, self.app.config.suppress_warnings):
            return
        copy = SphinxWarningLogRecord("", record.levelno, "", 0, "", (), None)
        copy.location = getattr(record, "location", "")
        self._translate.filter(copy)  # a node, or a page and a line, becomes "path:line"
        path = str(copy.location or "").partition(":")[0]
        docname = self.app.env.path2doc(path) if path else None
        if docname in self.app.env.found_docs:
            self.docnames.add(docname)
        else:
            self.everywhere = True


class LastBuild:
    """The state of one output folder (`_build`)."""

    def __init__(self, folder: Path) -> None:
        """Look at a folder; nothing is changed yet."""
        self.folder = folder
        self._lock = FileLock(folder / LOCK)
        self._watch: _Warned | None = None

    def begin(self, app: Sphinx) -> None:
        """Wait for another build to end, clear away what one that was cut short left.

        Called before Sphinx loads its environment.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            log.info("another build works in %s: waiting until it ends", self.folder.name)
            self._lock.acquire()
        mark = self.folder / UNFINISHED
        if mark.exists():
            log.info("the last build was cut short: every page is made anew")
            shutil.rmtree(app.doctreedir, ignore_errors=True)
            shutil.rmtree(app.outdir)
            Path(app.outdir).mkdir()
            mark.unlink()

    def begin_pages(self) -> None:
        """Set the mark: what a build leaves that is cut short from here on is not to be trusted."""
        (self.folder / UNFINISHED).touch()

    def watch(self, app: Sphinx) -> None:
        """From here on, note which pages warn."""
        self._watch = _Warned(app)
        python_logging.getLogger(NAMESPACE).addHandler(self._watch)

    def warned(self) -> list[str]:
        """The pages that warned in the last build."""
        path = self.folder / WARNED
        docnames: list[str] = json.loads(path.read_text("utf-8")) if path.is_file() else []
        return docnames

    @property
    def is_clean(self) -> bool:
        """Whether nothing has warned in this build up to now."""
        return self._watch is None or not (self._watch.docnames or self._watch.everywhere)

    def end(self, app: Sphinx, exception: BaseException | None) -> None:
        """Note what warned, take the mark away if the build came to its end, let others build."""
        if self._watch is not None:
            python_logging.getLogger(NAMESPACE).removeHandler(self._watch)
        if self._watch is not None and exception is None:  # or every page is made anew
            if self._watch.everywhere:  # no page to blame: all are looked at again
                (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
            files.write(self.folder / WARNED, json.dumps(sorted(self._watch.docnames)).encode())
        if exception is None:
            (self.folder / UNFINISHED).unlink(missing_ok=True)
        self._lock.release()
