"""Pages of requests: the register on the console, and the page that everybody may open."""
