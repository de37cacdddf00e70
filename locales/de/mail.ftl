mail = E-Mail
mail-words = Schreiben Sie einen Text, wählen Sie die Empfänger, und verschicken Sie ihn. Niemand bekommt eine E-Mail zweimal.
mail-is-off = Es ist kein Mailserver eingerichtet, darum lässt sich noch nichts verschicken. Texte können Sie schon schreiben. Tragen Sie zum Verschicken den Server in tafel.toml im Abschnitt [mail] ein.
mail-held-until = Der Versand ist angehalten ({ $why }). Nächster Versuch: { $when }.
write-to-whom = Empfänger: { $words } ({ $count }). Wählen Sie einen Text.
never-mind = Abbrechen
texts = Texte
no-texts-yet = Noch keine Texte. Geben Sie einen Namen ein, um einen hinzuzufügen.
name-of-a-text = Name eines neuen Textes
text-example = Ihr Tisch
add-a-text = Text hinzufügen
batches-of-mails = Verschickt
no-mails-yet = Noch nichts verschickt. Öffnen Sie einen Text, um die Empfänger zu wählen.
sent-of = { $sent } von { $count }
mail-is-paused = unterbrochen
mail-is-stopped = abgebrochen
mail-is-done = fertig
mail-is-going = wird verschickt
n-uncertain = { $count } ungewiss
n-refused = { $count } abgelehnt
audience-all = alle Gäste
audience-new = noch nie angeschrieben
audience-changed = Tisch oder Raum seit ihrer letzten E-Mail geändert
audience-picked = { $count ->
    [one] 1 ausgewählter Gast
   *[other] { $count } ausgewählte Gäste
}
audience-filter = Gäste nach Filter: { $words }
flaw-at = { $field }, Zeile { $line }: { $what }
flaw-not-understood = Syntaxfehler ({ $words }).
flaw-not-possible = „{ $what }“ ist in einer E-Mail nicht erlaubt. Verwenden Sie nur Felder, if und eine Schleife über guests.
flaw-unknown-field = ein Feld „{ $name }“ gibt es nicht.
flaw-too-much = die E-Mail wird zu lang.
text-heading = Text
english = Englisch
german = Deutsch
subject-label = Betreff
fields-words = Felder, die für jeden Gast ausgefüllt werden:
conditions-words = Nur anzeigen, wenn ein Feld ausgefüllt ist:
as-a-guest-reads-it = Vorschau
for-guest = Für
nothing-to-preview = Geben Sie Betreff und Text in mindestens einer Sprache ein, um eine Vorschau zu sehen.
look-before-sending = Vor dem Verschicken prüfen
is-empty-for = ist leer bei { $count ->
    [one] 1 Gast:
   *[other] { $count } Gästen:
}
mail-to-myself = Eine Testmail senden
my-address = Ihre Adresse
send-trial = Test senden
trial-sent = Eine Testmail ist unterwegs an { $to }
remove-text-words = Schon verschickte E-Mails bleiben unverändert.
remove-the-text = Text entfernen
see-who-gets-it = Empfänger wählen
who-gets-it = Empfänger
to-whom = An
if-no-language = Wenn keine Sprache angegeben ist
one-each = Getrennte E-Mails für Gäste mit derselben Adresse
mails-to = { $letters ->
    [one] E-Mail
   *[other] E-Mails
} an { $guests ->
    [one] 1 Gast
   *[other] { $shown } Gäste
}
takes-minutes = Bei { $rate } je Minute dauert das { $minutes ->
    [one] etwa eine Minute.
   *[other] etwa { $minutes } Minuten.
}
n-declined = { $count ->
    [one] 1 Gast hat abgesagt und bekommt keine E-Mail.
   *[other] { $count } Gäste haben abgesagt und bekommen keine E-Mail.
}
n-without-address = { $count } ohne E-Mail-Adresse:
n-bad-address = { $count } mit ungültiger E-Mail-Adresse:
has-no-text = Der Text braucht Betreff und Inhalt auf Englisch oder Deutsch.
really-send = { $count ->
    [one] 1 E-Mail verschicken?
   *[other] { $count } E-Mails verschicken?
}
send-n-mails = { $count ->
    [one] 1 E-Mail verschicken
   *[other] { $count } E-Mails verschicken
}
plan-as-of = Plan bei { $position }
samples = Beispiele
to-address = An: { $to }
no-table-yet = noch kein Tisch
table-in-room = { $table }, { $room }
post-waiting = wartet
post-sending = wird verschickt
post-sent = verschickt
post-again-at = aufgeschoben bis { $when }
post-refused = abgelehnt
post-uncertain = ungewiss
post-skipped = ausgelassen
of-n-mails-sent = von { $count } E-Mails verschickt
n-waiting = { $count ->
    [one] 1 wartet
   *[other] { $count } warten
}
n-skipped = { $count } ausgelassen
pause = Unterbrechen
go-on-sending = Fortsetzen
stop-sending = Endgültig abbrechen
really-stop = Versand abbrechen? Was noch nicht verschickt ist, wird nicht mehr verschickt.
uncertain-words = Diese E-Mails wurden dem Mailserver übergeben, aber nicht bestätigt. Vielleicht sind sie angekommen. Ohne Ihre Zustimmung wird nichts noch einmal verschickt.
it-arrived = Angekommen
it-arrived-at = Angekommen: { $who }
send-letter-again = Nicht angekommen: noch einmal senden
send-again-to = Nicht angekommen: noch einmal senden. { $who }
try-them-again = Noch einmal versuchen
letters = E-Mails
mail-state-head = Stand
since-when = Seit
as-it-was-written = Text der E-Mail
cannot-be-shown = Der Text lässt sich nicht mehr anzeigen.
told-and-now = Tisch laut E-Mail, und jetzt
now-it-is = jetzt { $now }
mails-to-guest = E-Mails
mail-again-to-guest = Diesem Gast schreiben
knows-outdated = Tisch seit der letzten E-Mail geändert
guests-know-outdated = Gäste, deren Tisch sich seit ihrer letzten E-Mail geändert hat
show-outdated = Tisch seit der letzten E-Mail geändert
show-unwritten = noch nie angeschrieben
write-to-these = Diesen schreiben
write-to-ticked = Ausgewählten schreiben
flaw-half = Betreff und Text sind beide nötig; eines davon fehlt.
have-it-already = { $count ->
    [one] 1 Gast hat diese E-Mail schon, oder sie wartet noch:
   *[other] { $count } Gäste haben diese E-Mail schon, oder sie wartet noch:
}
says-no-table = nennt keinen Tisch
as-it-is-saved = Sendet den gespeicherten Text, ausgefüllt für den oben gewählten Gast.
n-outdated-since = { $count ->
    [one] Der Tisch von 1 Gast hat sich seit dieser E-Mail geändert
   *[other] Die Tische von { $count } Gästen haben sich seit dieser E-Mail geändert
}
