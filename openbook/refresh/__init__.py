"""Fetch what publishers have put out since, as candidates beside the tables, never over them.

A book writes connectors (`connector.Connector`), one small file each: where a publisher's figures
are, on which terms, which tables they feed and how a row is keyed. `fetch.run` asks each by
`client.Client`, which keeps what it got, so that a run that was broken off goes on where it was;
`compare` holds the answers against the tables; `candidates` writes a second data folder with what
would be entered; `report` says what a person reviews. `enter.enter` moves the candidates into the
tables. A connector that can't be answered is `client.Trouble`: a line that names it and says what
to do; the others go on.

Nothing here is imported when a book is built or read.
"""
