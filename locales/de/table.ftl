seats-taken = Plätze besetzt
on = auf
spot-fewer-seats = Der Stellplatz hat weniger Plätze als der Tisch.
unseat-somebody = Platz räumen: { $name }
seat-somebody-here = Jemanden hierher setzen
find-among-unseated = Gäste ohne Platz suchen
nobody-without-seat-matches = Keine Gäste ohne Platz gefunden.
seat-somebody = { $name } setzen
a-whole-party = Ganze Gruppe
place-heading = Ort
spot = Stellplatz
choose-a-free-spot = freien Stellplatz wählen
spot-n-seats = { $code } · { $count } Plätze
place = Hinstellen
no-spot-is-free = Es gibt keine freien Stellplätze.
lift-from-spot = Vom Stellplatz nehmen
host = Gastgeber
history-of-table = Verlauf dieses Tischs
remove-table-named = Tisch { $number } entfernen
remove-table-words = { $count ->
    [0] Sein Stellplatz wird frei. Sie können das zurücknehmen.
    [one] Sein Gast verliert den Platz, sein Stellplatz wird frei. Sie können das zurücknehmen.
   *[other] Seine { $count } Gäste verlieren den Platz, sein Stellplatz wird frei. Sie können das zurücknehmen.
}
remove-the-table = Tisch entfernen
table-named = Tisch { $number }
table-words = Tisch { $number }, { $seated } von { $seats } Plätzen besetzt
