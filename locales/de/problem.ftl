yours = – Ihres
write-chosen = Schreiben, was ich gewählt habe
to-the-overview = Zum Überblick
nothing-was-lost = Nichts ging verloren. Das Protokoll hat mehr unter
back-brings-back = {""}. „Zurück“ im Browser bringt zurück, was Sie getippt haben.
block-broke = Dieser Teil der Seite ist kaputtgegangen; alles andere geht weiter. Das Protokoll hat mehr unter
