"""Figures about coding that know no database: how far analysts agree, and which colours can be told apart."""
