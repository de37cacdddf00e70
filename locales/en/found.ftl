nothing-found = Nothing is like that.
