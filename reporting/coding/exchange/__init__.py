"""
The frame and the coded contributions in the formats of other tools: REFI-QDA, Excel, separated values.

What leaves holds no id of a row, nothing about an author, and stands in an order drawn by lot.
"""
