nothing-found = Nichts ist so.
