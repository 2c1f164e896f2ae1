"""Groups of people who voted alike. Pure algorithms: votes come in, figures that may leave go out."""
