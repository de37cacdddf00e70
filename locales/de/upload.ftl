rows-as-of = { $rows ->
    [one] 1 Zeile · Plan bei { $position }, und immer aktuell
   *[other] { $rows } Zeilen · Plan bei { $position }, und immer aktuell
}
rows-with-problems = { $count ->
    [one] 1 Zeile mit Fehlern
   *[other] { $count } Zeilen mit Fehlern
}
correct-or-leave = Verbessern Sie sie in der Datei und laden Sie sie noch einmal hoch, oder lassen Sie diese Zeilen weg.
download-marked = Die Datei mit markierten Zellen herunterladen
row = Zeile
problem = Fehler
leave-out = Weglassen
leave-out-row = Zeile { $row } weglassen
leave-out-rows = Zeile { $row } weglassen
n-conflicts = { $count } auf beiden Seiten geändert
conflicts-words = Die Liste stammt aus diesem Plan, und jemand hat das hier inzwischen geändert. Was der Plan sagt, bleibt, außer Sie kreuzen Ihres an.
guest = Gast
field = Feld
when-exported = Beim Export
plan-says-now = Der Plan sagt jetzt
file-says = Die Datei sagt
left-out = Weggelassen
row-n = Zeile { $row }
n-protected = { $count } geschützt
vip-stay = Ehrentische bleiben, wo sie sind
row-nr = Zeile { $row }
sit-elsewhere = { $count } sitzen inzwischen woanders
they-stay = Sie bleiben, wo sie sind, außer Sie kreuzen sie an.
sits-at-head = Sitzt an
file-says-short = Datei sagt
move-head = Umsetzen
move-somebody = { $name } umsetzen
n-changes = { $count ->
    [one] 1 Änderung
   *[other] { $count } Änderungen
}
says-all-already = Der Plan sagt das alles schon.
search-among-them = Darunter suchen
changes-placeholder = Zeile, Name, Feld, Wert …
search-them = Suchen
none-like-that = Keine ist so.
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
    [one] 1 Zeile meint vielleicht jemanden, der schon da ist
   *[other] { $count } Zeilen meinen vielleicht jemanden, der schon da ist
}
n-warnings = { $count ->
    [one] 1 Hinweis
   *[other] { $count } Hinweise
}
hold-nothing-up = Sie halten nichts auf
row-of = Zeile { $row }
n-missing = { $count } sind im Plan und nicht in der Datei
they-stay-unless-removed = Sie bleiben, außer Sie kreuzen sie zum Entfernen an
look-again = Noch einmal ansehen
apply-n = { $count ->
    [one] 1 Änderung anwenden
   *[other] { $count } Änderungen anwenden
}
columns-words = Spalten: wofür sie gehalten wurden
in-the-file = In der Datei
for-example = Zum Beispiel
stands-for = Steht für
what-stands-for = { $header } steht für
leave-column-out = weglassen
keep-as-named = behalten, wie sie heißt
read-it-so = So lesen
file-applied = Diese Datei wurde angewendet
see-what-it-did = Ansehen, was sie getan hat
file-taken-back = Diese Datei wurde angewendet und seither zurückgenommen
bring-back-or-anew = Auf der Seite ihres Vorgangs können Sie sie zurückholen, wie sie war. Oder wenden Sie sie neu an: Sie wird nach dem heutigen Plan gelesen, und Sie sehen zuerst, was sie ändern würde.
its-batch = Zu ihrem Vorgang
apply-anew = Neu anwenden
an-upload = Eine Datei
kind-of-change = Art
all-changes = alle
only-new = neu
only-changed = geändert
only-removed = entfernt
rows-unchanged = { $count ->
    [one] 1 Zeile sagt, was der Plan schon sagt
   *[other] { $count } Zeilen sagen, was der Plan schon sagt
}
n-more-bad-rows = { $count ->
    [one] und 1 weitere Zeile: die markierte Datei enthält sie
   *[other] und { $count } weitere Zeilen: die markierte Datei enthält sie alle
}
which-columns = Welche Spalte ist was?
which-columns-words = Die Überschriften dieser Datei sind hier nicht bekannt; dafür wird Zeile { $row } genommen, und was darüber steht, wird nicht gelesen. Sagen Sie einmal, wofür sie stehen. Wenn in dieser Zeile keine Überschriften stehen, sondern schon jemand, dann setzen Sie in der Datei eine Zeile mit Überschriften darüber, und laden Sie sie noch einmal hoch.
which-columns-needed = Es muss eine Zeile mit Überschriften geben, { $wanted }.
column-twice = Für ein Feld kann nur eine Spalte stehen; von zweien zählt die erste.
