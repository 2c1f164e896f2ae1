"""One report in four formats, each made from the same blocks: what a screen shows, paper and Word say as well."""
