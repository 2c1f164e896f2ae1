"""
Disclosure control for counts of people: which figures of a fixed menu may be shown, and a proof that they may.

Pure algorithms, without database or keys. Sources: thresholds, rounding and caps as NHS England and ONS use
them for outputs; secondary suppression and its audit by integer programs after Fischetti and Salazar (2001),
"Solving the cell suppression problem on tabular data with linear constraints"; audits over everything ever
released after the literature on linked tables (tau-argus). See decision 030.
"""
