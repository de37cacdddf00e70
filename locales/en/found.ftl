nothing-found = No results.
