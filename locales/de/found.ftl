nothing-found = Keine Treffer.
