"""A new source, row, table or chapter, asked for piece by piece and checked on the way.

`python -m openbook.new source` asks on the terminal; `--set key=value` answers beforehand, so that
scripts can use it. What is written is valid by `make data`, or nothing is. A book's own kinds of
entries use `ask` and `undone` in the same way.
"""
