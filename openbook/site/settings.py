"""The settings of the engine, in one place; a book gives them in `_config.yml`, `sphinx.config`.

| setting | what it says | when it changes |
| --- | --- | --- |
| `openbook_packages` | the book's own packages, which chapters import | their pages run |
| `openbook_data` | the folder of the tables, from the book's | the pages that read it run |
| `openbook_menu` | pages that stand in the head beside the chapters | all are written again |
| `openbook_spellings` | the section whose tables hold names in several languages, by its id, \
for the search | all pages are read |

Three more are digests that :mod:`openbook.site` sets by itself: of the code that makes pages
(`openbook_code`: all are read again), of what dresses them (`openbook_look`) and of
`CITATION.cff` (`openbook_citation`: all are written again).

For one run, and for programs outside a build, there are environment variables: `OPENBOOK_DATA`
(the folder of the tables), `OPENBOOK_JOBS` (how many chapters run at once), `OPENBOOK_BUILD`
(where validations are remembered), `BOOK_BASEURL` (:mod:`openbook.site.address`),
`BOOK_REPOSITORY`, `BOOK_NOTEBOOKS`, `BOOK_KIT` (:mod:`openbook.site.launch`). `OPENBOOK_RUN` is
the build's word to its kernels (:mod:`openbook.kernel`).
"""

from __future__ import annotations

from sphinx.application import Sphinx

from openbook.site import launch


def register(app: Sphinx) -> None:
    """Tell Sphinx of the settings, and what a change of each asks for."""
    app.add_config_value("openbook_packages", [], "", list)  # modules count by their own digests
    app.add_config_value("openbook_data", "data", "", str)  # so do tables
    app.add_config_value("openbook_menu", [], "html", list)
    app.add_config_value("openbook_spellings", "", "env", str)
    app.add_config_value("openbook_code", "", "env", str)
    app.add_config_value("openbook_look", "", "html", str)
    app.add_config_value("openbook_citation", "", "html", str)
    launch.register(app)
