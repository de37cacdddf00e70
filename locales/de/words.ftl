created-plan = Legte den Plan an
told-everybody = Zeigte allen: „{ $notice }“
changed-plan = Änderte den Plan: { $fields }
added = Fügte { $who } hinzu
changed-what = Änderte { $who }: { $fields }
removed = Entfernte { $who }
seated-at = Setzte { $who } an { $table }
unseated-who = Nahm { $who } vom Platz
arrived = Vermerkte, dass { $who } da ist
arrival-undone = Nahm die Ankunft von { $who } zurück
erased = Löschte { $count } Gäste
added-table = Fügte Tisch { $table } hinzu
changed-table = Änderte Tisch { $table }: { $fields }
removed-table = Entfernte Tisch { $table }
placed-table = Stellte Tisch { $table } auf { $spot }
lifted-table = Nahm Tisch { $table } vom Stellplatz
picked-up = Hob { $count } Tische auf
added-room = Fügte Raum { $room } hinzu
changed-room = Änderte Raum { $room }: { $fields }
removed-room = Entfernte Raum { $room }
added-spot = Fügte Stellplatz { $spot } hinzu
changed-spot = Änderte Stellplatz { $spot }: { $fields }
removed-spot = Entfernte Stellplatz { $spot }
took-back = Nahm eine Änderung zurück: { $reason }
brought-back = Holte eine Änderung zurück: { $reason }
two-seated = Setzte { $a } an { $ta } und { $b } an { $tb }
swapped-tables = Tauschte die Tische { $a } und { $b }
family = Familie { $name } ({ $count })
two-people = { $a } und { $b }
and-company = { $name } mit Begleitung ({ $count })
n-guests = { $count } Gäste
upload-did = Lud { $file } hoch: { $what }
n-placed = { $count ->
    [one] 1 Tisch gestellt
   *[other] { $count } Tische gestellt
}
n-of-guests = { $count ->
    [one] 1 Gast
   *[other] { $count } Gäste
}
n-of-tables = { $count ->
    [one] 1 Tisch
   *[other] { $count } Tische
}
n-of-rooms-and-spots = { $count ->
    [one] 1 Raum oder Stellplatz
   *[other] { $count } Räume und Stellplätze
}
what-added = { $what } neu
what-changed-words = { $what } geändert
what-removed = { $what } entfernt
nothing-changed = nichts geändert
reports-from = Schaltete Berichte ab { $day } ein
report-started = Begann den Bericht vom { $report }
report-claimed = { $who } arbeitet am Bericht vom { $report }
report-released = Gab den Bericht vom { $report } frei
report-step = Arbeitete am Bericht vom { $report }: { $step }, Versuch { $attempt }
report-rows = Schrieb { $rows } Zeilen für den Bericht vom { $report }
report-announced = Wird die Datei des Berichts vom { $report } umbenennen
report-submitted = Reichte den Bericht vom { $report } ein
report-archived = Archivierte den Bericht vom { $report }
report-failed = Scheiterte am Bericht vom { $report }: { $step }: { $details }
report-retried = Bat um einen neuen Versuch für den Bericht vom { $report }
report-received = Bestätigte, dass die Behörde den Bericht vom { $report } hat
report-not-received = Bestätigte, dass die Behörde den Bericht vom { $report } nicht hat
alert = Warnte: { $subject }
alert-again = Sendet die Warnung noch einmal, weil sie niemanden erreicht hatte
alert-told = Sendete die Warnung an alle Empfänger
taken-back-count = { $count ->
    [one] Zurückgenommen: 1 Änderung
   *[other] Zurückgenommen: { $count } Änderungen
}
brought-back-count = { $count ->
    [one] Zurückgeholt: 1 Änderung
   *[other] Zurückgeholt: { $count } Änderungen
}
family-name = Familie { $name }
name-and-company = { $name } mit Begleitung
a-party = Eine Gruppe
new-what = neu: { $what }
removed-what = entfernt: { $what }
entity-guest = Gast
entity-table = Tisch
entity-room = Raum
entity-spot = Stellplatz
entity-plan = Plan
month-short = { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sep.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
month-long = { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
}
weekday-long = { $day ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
weekday-short = { $day ->
    [1] Mo
    [2] Di
    [3] Mi
    [4] Do
    [5] Fr
    [6] Sa
   *[7] So
}
date-words = { $day }. { $month } { $year }
day-words-short = { $day }. { $month }
when-words = { $date }, { $time }
weekday-date = { $weekday }, { $date }
weekday-day = { $weekday } { $date }
field-title = Titel
field-date = Datum
field-default-seats = übliche Plätze
field-notice = Hinweis
field-employee-no = Personalnummer
field-first-name = Vorname
field-last-name = Nachname
field-email = E-Mail
field-company = Firma
field-department = Abteilung
field-party = Gruppe
field-plus-one-of = Begleitung von
field-vip = Ehrengast
field-diet = Kost
field-allergies = Allergien
field-wheelchair = Rollstuhl
field-rsvp = Antwort
field-language = Sprache
field-notes = Notizen
field-extra = Eigene Felder
field-table = Tisch
field-arrived-at = da seit
field-number = Nummer
field-name = Name
field-seats = Plätze
field-host = Gastgeber
field-spot = Stellplatz
field-width-m = Breite
field-depth-m = Tiefe
field-code = Kürzel
field-room = Raum
field-x-m = x
field-y-m = y
field-shape = Form
field-rotation-deg = Drehung
kind-and-actor = { $kind } von { $actor }: { $why }
rsvp-invited = eingeladen
rsvp-accepted = zugesagt
rsvp-maybe = vielleicht
rsvp-declined = abgesagt
found-guest = Gast
found-table = Tisch
found-spot = Stellplatz
found-party = Gruppe
found-company = Firma
nothing-word = nichts
wrong-password = Name oder Passwort ist falsch.
no-word = nein
not-there = Nicht gefunden
not-there-then = Das war zu diesem Zeitpunkt nicht im Plan.
role-viewer = nur ansehen
role-door = Einlass
role-staff = Team
role-admin = Admin
shape-round = rund
shape-rect = eckig
entity-template = Text
field-subject-en = englischer Betreff
field-body-en = englischer Text
field-subject-de = deutscher Betreff
field-body-de = deutscher Text
added-text = fügte den Text { $what } hinzu
changed-text = änderte den Text { $what }: { $fields }
removed-text = entfernte den Text { $what }
printed-list = druckte: { $list }
list-guests = Gäste A–Z
list-tables = Gäste je Tisch
list-rooms = Tische je Raum
list-vips = VIPs
list-kitchen = Kost und Allergien
list-wheelchairs = Rollstühle
list-table-cards = Tischkarten
list-place-cards = Platzkarten
mail-started = begann { $name } zu verschicken: { $count ->
    [one] 1 E-Mail
   *[other] { $count } E-Mails
}
mail-paused = unterbrach { $name }
mail-resumed = setzte { $name } fort
mail-stopped = brach { $name } ab
mail-taken-up = { $runner } begann, E-Mails zu verschicken
mail-given-back = beendete das Verschicken
mail-goes-to = übergibt { $name } an { $whom }
mail-went-to = verschickte { $name } an { $whom }
mail-not-gone = { $name } an { $whom } wurde nicht verschickt: { $why }
mail-left-out = { $name } an { $whom } wurde ausgelassen: { $why }
mail-held = Versand angehalten: { $why }
mail-again = lässt { $name } noch einmal an { $whom } senden
mail-said-arrived = bestätigte, dass { $name } bei { $whom } ankam
reason-undone = rückgängig gemacht
reason-brought-back = zurückgeholt
