"""Tests for any book: its cells, its text, its numbers, its pages in a browser. A pytest plug-in.

Once openbook is installed, pytest in the folder of a book (`_config.yml` names `openbook.site`) has

- each cell of the pages as a test (:mod:`~openbook.testing.cells`): it runs, and what it shows and
  glues must equal the page's reference, whole charts included;
- the fixtures `site` and `browser` (:mod:`~openbook.testing.browser`): the built site, and a
  Chromium with no way out;
- the marks `slow`, `site` and `browser`.

What every page must keep is asked by ``from openbook.testing.checks import *`` in a file of tests:
references of the present cells, the text that readers see, no number typed by hand.

`python -m openbook.testing.renew` renews what is compared with, from the built book, and
`python -m openbook.testing.bench` times its builds. For tests of their own, books have
:mod:`~openbook.testing.book` (pages, cells, references, text), :mod:`~openbook.testing.digits`,
:mod:`~openbook.testing.compare` and :mod:`~openbook.testing.trees` (copies to change and build).
The settings are in :mod:`~openbook.testing.settings`.
"""
