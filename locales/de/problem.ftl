yours = – Ihres
write-chosen = Auswahl speichern
to-the-overview = Zum Überblick
nothing-was-lost = Es ging nichts verloren. Einzelheiten stehen im Protokoll unter
back-brings-back = {""}. Mit „Zurück“ im Browser kommen Sie zu Ihren Eingaben zurück.
block-broke = Dieser Teil der Seite lässt sich nicht anzeigen; alles andere funktioniert. Einzelheiten stehen im Protokoll unter
