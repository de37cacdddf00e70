events-from-to = Ereignisse
taken-back-notice = Zurückgenommen von { $who }: { $why }
bringing-back-would = Es zurückzuholen würde
would-change = ändern
nothing = nichts
field-head = Feld
what-head = Was
now-head = Jetzt
then-head = Dann
leave-as-is = lassen, seither geändert
cost-later-work = spätere Arbeit kosten
bring-later-work = spätere Arbeit zurückbringen
one-room = Der Raum, wie er ist und wie er wäre
n-rooms = Die { $count } Räume, wie sie sind und wie sie wären
bring-back-n = { $count ->
    [one] 1 Änderung zurückholen
   *[other] { $count } Änderungen zurückholen
}
reason = Grund
wrong-file = falsche Datei
keep-it = Behalten
take-back-n = { $count ->
    [one] 1 Änderung zurücknehmen
   *[other] { $count } Änderungen zurücknehmen
}
own-latest = Sie können Ihre eigene letzte Änderung zurücknehmen, wenn niemand darauf aufgebaut hat. Ein Admin kann jede zurücknehmen.
event-by-event = Was es sagt, Ereignis für Ereignis
n-more-events = und { $count } weitere
taking-back-would = Es zurückzunehmen würde
drawn-now = Jetzt
drawn-then = Dann
