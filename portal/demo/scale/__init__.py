"""A county, a prefecture or a whole province of invented work, loaded by COPY: what the bench measures on.

Each office's rows depend on the seed and its division alone, so a county of the province scale is the county of the county
scale, row for row: the same page can be measured with ten times the rows around it.
"""
