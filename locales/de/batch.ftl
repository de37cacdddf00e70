events-from-to = Ereignisse
taken-back-notice = Zurückgenommen von { $who }: { $why }
bringing-back-would = Das Zurückholen würde
would-change = ändern
nothing = nichts
field-head = Feld
what-head = Was
now-head = Jetzt
then-head = Danach
leave-as-is = so lassen (seither geändert)
cost-later-work = spätere Änderungen verwerfen
bring-later-work = spätere Änderungen wiederherstellen
one-room = Raumplan, vorher und nachher
n-rooms = { $count } Raumpläne, vorher und nachher
bring-back-n = { $count ->
    [one] 1 Änderung zurückholen
   *[other] { $count } Änderungen zurückholen
}
reason = Grund
wrong-file = falsche Datei
keep-it = Abbrechen
take-back-n = { $count ->
    [one] 1 Änderung zurücknehmen
   *[other] { $count } Änderungen zurücknehmen
}
own-latest = Sie können Ihre eigene letzte Änderung zurücknehmen, solange keine spätere darauf aufbaut. Admins können jede Änderung zurücknehmen.
event-by-event = Alle Ereignisse dieser Änderung
n-more-events = und { $count } weitere
taking-back-would = Das Zurücknehmen würde
drawn-now = Jetzt
drawn-then = Danach
