find-heading = Suchen
find-anybody = Gast, Tisch, Stellplatz, Gruppe oder Firma
find-it = Suchen
find-help = Tippen Sie einen Namen, eine Tischnummer, einen Stellplatz, eine Gruppe oder eine Firma. Akzente, die Reihenfolge der Namen und ein Tippfehler stören nicht.
nothing-is-like = Nichts ist wie „{ $asked }“.
