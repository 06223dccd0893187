"""Where this book's figures are renewed from: a connector each, of those that have a public API.

Not here, after looking in November 2026:

- IMF PortWatch (ArcGIS layers `Daily_Ports_Data`, `Daily_Chokepoints_Data`): no table of the book
  holds calls at ports or passages of straits.
- Azerbaijan's State Statistical Committee: an open-data API without a key is spoken of
  (azstat.gov.az), but no description or program that names its addresses was found in public code;
  Azerbaijan's count comes by UN Comtrade, to which it reports.
- Kazakhstan's bureau itself: the JSON behind taldau.stat.gov.kz is asked by some programs with a
  person's cookie, and has none of the book's series by partner; its workbooks are read in the
  public copy that the book's rows name (`kazakhstan`).
- LPI's ranks: the World Bank's API has the scores.
"""

from caspian.refresh import brent, comtrade, jodi, kazakhstan, lpi, worldbank

CONNECTORS = (
    brent.CONNECTOR,
    worldbank.CONNECTOR,
    lpi.CONNECTOR,
    kazakhstan.CONNECTOR,
    comtrade.CONNECTOR,
    jodi.CONNECTOR,
)
