"""openbook: what a Jupyter Book needs to be checked, traced and built again byte for byte.

Tables with sources (:mod:`openbook.tables`), numbers that keep theirs (:mod:`openbook.facts`),
figures and tables that readers take away (:mod:`openbook.publish`), and the Sphinx extension that
makes a site of them (:mod:`openbook.site`). See README.md in this folder.
"""

from openbook import kernel

kernel.report_if_asked()
