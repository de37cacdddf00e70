find-heading = Suchen
find-anybody = Gast, Tisch, Stellplatz, Gruppe oder Firma
find-it = Suchen
find-help = Suchen Sie nach Name, Tischnummer, Stellplatz, Gruppe oder Firma. Akzente, die Reihenfolge der Namen und einzelne Tippfehler spielen keine Rolle.
nothing-is-like = Keine Treffer für „{ $asked }“.
