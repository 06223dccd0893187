"""The typefaces of page and drawing, one file a face; `make.py` has made them."""
