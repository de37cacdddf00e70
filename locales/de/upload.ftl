rows-as-of = { $rows ->
    [one] 1 Zeile · Plan bei { $position }, wird laufend aktualisiert
   *[other] { $rows } Zeilen · Plan bei { $position }, wird laufend aktualisiert
}
rows-with-problems = { $count ->
    [one] 1 Zeile mit Fehlern
   *[other] { $count } Zeilen mit Fehlern
}
correct-or-leave = Korrigieren Sie sie in der Datei, und laden Sie sie noch einmal hoch, oder lassen Sie diese Zeilen weg.
download-marked = Die Datei mit markierten Zellen herunterladen
row = Zeile
problem = Fehler
leave-out = Weglassen
leave-out-row = Zeile { $row } weglassen
leave-out-rows = Zeile { $row } weglassen
n-conflicts = { $count } auf beiden Seiten geändert
conflicts-words = Diese Werte wurden im Plan geändert, nachdem die Liste daraus exportiert wurde. Es bleibt beim Wert im Plan, außer Sie kreuzen Ihren an.
guest = Gast
field = Feld
when-exported = Beim Export
plan-says-now = Jetzt im Plan
file-says = In der Datei
left-out = Weggelassen
row-n = Zeile { $row }
n-protected = { $count } geschützt
vip-stay = Ehrentische bleiben, wo sie sind
row-nr = Zeile { $row }
sit-elsewhere = { $count } sitzen inzwischen woanders
they-stay = Sie bleiben, wo sie sind, außer Sie kreuzen sie an.
sits-at-head = Sitzt an
file-says-short = In der Datei
move-head = Umsetzen
move-somebody = { $name } umsetzen
n-changes = { $count ->
    [one] 1 Änderung
   *[other] { $count } Änderungen
}
says-all-already = Der Plan enthält das alles schon.
search-among-them = Diese Änderungen durchsuchen
changes-placeholder = Zeile, Name, Feld, Wert …
search-them = Suchen
none-like-that = Keine passenden Änderungen.
what = Was
before-after = Vorher → nachher
becomes = wird
n-more-rows = und { $count } weitere Zeilen; suchen Sie danach
added-changed = { $added } neu · { $changed } geändert · { $unchanged } unverändert
n-unknown-words = { $count ->
    [one] 1 Wort wurde nicht verstanden
   *[other] { $count } Wörter wurden nicht verstanden
}
n-more-words = und { $count } weitere
n-likely-doubles = { $count ->
    [one] 1 möglicherweise doppelter Gast
   *[other] { $count } möglicherweise doppelte Gäste
}
n-warnings = { $count ->
    [one] 1 Hinweis
   *[other] { $count } Hinweise
}
hold-nothing-up = Sie können die Datei trotzdem anwenden
row-of = Zeile { $row }
n-missing = { $count } im Plan, aber nicht in der Datei
they-stay-unless-removed = Sie bleiben, außer Sie kreuzen sie zum Entfernen an
look-again = Vorschau aktualisieren
apply-n = { $count ->
    [one] 1 Änderung anwenden
   *[other] { $count } Änderungen anwenden
}
columns-words = Spalten und was sie enthalten
in-the-file = In der Datei
for-example = Zum Beispiel
stands-for = Enthält
what-stands-for = { $header } enthält
leave-column-out = nicht einlesen
keep-as-named = als eigenes Feld behalten
read-it-so = Diese Spalten verwenden
file-applied = Diese Datei wurde angewendet
see-what-it-did = Ihre Änderungen ansehen
file-taken-back = Diese Datei wurde angewendet und später zurückgenommen
bring-back-or-anew = Sie können die damaligen Änderungen zurückholen oder die Datei auf den heutigen Plan neu anwenden. Sie sehen zuerst, was sich ändern würde.
its-batch = Damalige Änderungen ansehen
apply-anew = Neu anwenden
an-upload = Eine Datei
kind-of-change = Art
all-changes = alle
only-new = neu
only-changed = geändert
only-removed = entfernt
rows-unchanged = { $count ->
    [one] 1 Zeile stimmt schon mit dem Plan überein
   *[other] { $count } Zeilen stimmen schon mit dem Plan überein
}
n-more-bad-rows = { $count ->
    [one] und 1 weitere Zeile: die markierte Datei enthält sie
   *[other] und { $count } weitere Zeilen: die markierte Datei enthält sie alle
}
which-columns = Welche Spalte ist was?
which-columns-words = Tafel kennt die Überschriften dieser Datei nicht. Als Kopfzeile gilt Zeile { $row }; was darüber steht, wird nicht gelesen. Wählen Sie aus, was jede Spalte enthält. Wenn in dieser Zeile schon ein Gast oder ein Tisch steht, setzen Sie in der Datei eine Zeile mit Überschriften darüber, und laden Sie sie noch einmal hoch.
which-columns-needed = Die Datei braucht eine Kopfzeile { $wanted }.
column-twice = Jedes Feld kann nur für eine Spalte stehen; von zweien gilt die erste.
