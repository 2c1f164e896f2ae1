"""Paper forms: piles are keyed, compared, checked and released; see decision 024."""
