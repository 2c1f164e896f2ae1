"""What the coding and the votes say: strength of opinion, trends, opinion groups, charts."""
