"""The rules of the catalogue: frozen values and pure functions; ids and times are passed in."""
