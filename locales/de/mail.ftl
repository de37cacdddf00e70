mail = E-Mail
mail-words = Texte, die Sie schreiben, an Gäste Ihrer Wahl; niemand bekommt eine Mail zweimal.
mail-is-off = Es ist kein Mailserver eingerichtet, darum lässt sich nichts verschicken; Texte lassen sich trotzdem schreiben. Der Abschnitt mail in tafel.toml nennt den Server.
mail-held-until = Vorerst geht nichts hinaus ({ $why }). Nächster Versuch: { $when }.
write-to-whom = Empfänger: { $words } ({ $count }). Wählen Sie einen Text.
never-mind = Doch nicht
texts = Texte
no-texts-yet = Es gibt noch keinen Text. Benennen Sie einen, und schreiben Sie ihn dann.
name-of-a-text = Name eines neuen Textes
text-example = Ihr Tisch
add-a-text = Text hinzufügen
batches-of-mails = Was verschickt wurde
no-mails-yet = Es wurde noch nichts verschickt. Öffnen Sie einen Text, um zu sehen, wer ihn bekäme.
sent-of = { $sent } von { $count }
mail-is-paused = unterbrochen
mail-is-stopped = abgebrochen
mail-is-done = fertig
mail-is-going = wird verschickt
n-uncertain = { $count } ungewiss
n-refused = { $count } abgelehnt
audience-all = alle
audience-new = noch nie angeschrieben
audience-changed = Tisch oder Raum seit ihrer Mail geändert
audience-picked = { $count ->
    [one] 1 Gast von Hand
   *[other] { $count } Gäste von Hand
}
audience-filter = Gäste nach Filter: { $words }
flaw-at = { $field }, Zeile { $line }: { $what }
flaw-not-understood = das ist nicht zu verstehen ({ $words }).
flaw-not-possible = „{ $what }“ ist in einer Mail nicht möglich; Felder, if und eine Schleife über guests schon.
flaw-unknown-field = ein Feld „{ $name }“ gibt es nicht.
flaw-too-much = es wird zu lang.
text-heading = Text
english = Englisch
german = Deutsch
subject-label = Betreff
fields-words = Felder, die für jeden Gast ausgefüllt werden:
conditions-words = Nur, wo es etwas gibt:
as-a-guest-reads-it = So liest es ein Gast
for-guest = Für
nothing-to-preview = Ein Betreff und ein Text in einer der Sprachen ergeben eine Mail.
look-before-sending = Vor dem Verschicken ansehen
is-empty-for = ist leer bei { $count ->
    [one] 1 Gast:
   *[other] { $count } Gästen:
}
mail-to-myself = Eine Mail an Sie selbst
my-address = Ihre Adresse
send-trial = An mich schicken
trial-sent = Eine Mail ist unterwegs an { $to }
remove-text-words = Was damit verschickt wurde, bleibt, wie es ist.
remove-the-text = Text entfernen
see-who-gets-it = Ansehen, wer ihn bekommt
who-gets-it = Wer es bekommt
to-whom = An
if-no-language = Ohne Sprache
one-each = Je eine, wo Gäste eine Adresse teilen
mails-to = { $letters ->
    [one] Mail
   *[other] Mails
}, an { $guests ->
    [one] 1 Gast
   *[other] { $shown } Gäste
}
takes-minutes = Bei { $rate } je Minute { $minutes ->
    [one] etwa eine Minute.
   *[other] etwa { $minutes } Minuten.
}
n-declined = { $count ->
    [one] 1 Gast hat abgesagt und bekommt keine.
   *[other] { $count } Gäste haben abgesagt und bekommen keine.
}
n-without-address = { $count } ohne Adresse:
n-bad-address = { $count } mit einer Adresse, an die keine Mail gehen kann:
has-no-text = Der Text braucht Betreff und Inhalt, auf Englisch oder Deutsch.
really-send = { $count ->
    [one] 1 Mail verschicken?
   *[other] { $count } Mails verschicken?
}
send-n-mails = { $count ->
    [one] 1 Mail verschicken
   *[other] { $count } Mails verschicken
}
plan-as-of = Plan bei { $position }
samples = Beispiele
to-address = An: { $to }
no-table-yet = noch kein Tisch
table-in-room = { $table }, { $room }
post-waiting = wartet
post-sending = wird übergeben
post-sent = verschickt
post-again-at = aufgeschoben, wieder { $when }
post-refused = abgelehnt
post-uncertain = ungewiss
post-skipped = ausgelassen
of-n-mails-sent = von { $count } Mails verschickt
n-waiting = { $count ->
    [one] 1 wartet
   *[other] { $count } warten
}
n-skipped = { $count } ausgelassen
pause = Unterbrechen
go-on-sending = Fortsetzen
stop-sending = Endgültig abbrechen
really-stop = Abbrechen? Was noch nicht verschickt ist, wird nicht verschickt.
uncertain-words = Sie wurden dem Server übergeben, und was daraus wurde, war nicht zu hören. Vielleicht kamen sie an. Ohne Sie wird nichts noch einmal verschickt.
it-arrived = Kam an
it-arrived-at = Kam an: { $who }
send-letter-again = Sie kam nicht an: noch einmal senden
send-again-to = Sie kam nicht an: noch einmal senden. { $who }
try-them-again = Noch einmal versuchen
letters = Mails
mail-state-head = Stand
since-when = Seit
as-it-was-written = So wurde es geschrieben
cannot-be-shown = Der Text lässt sich nicht mehr zeigen.
told-and-now = Was darin stand, und was jetzt gilt
now-it-is = jetzt { $now }
mails-to-guest = E-Mails
mail-again-to-guest = Diesem Gast schreiben
knows-outdated = kennt einen veralteten Tisch
guests-know-outdated = Gäste kennen einen veralteten Tisch
show-outdated = die einen veralteten Tisch kennen
show-unwritten = noch nie angeschrieben
write-to-these = Diesen schreiben
write-to-ticked = Angekreuzten schreiben
flaw-half = Betreff und Text gehören zusammen; es gibt nur eines davon.
have-it-already = { $count ->
    [one] 1 Gast hat schon eine Mail dieses Textes, oder eine, die wartet:
   *[other] { $count } Gäste haben schon eine Mail dieses Textes, oder eine, die wartet:
}
says-no-table = sagt nichts von einem Tisch
as-it-is-saved = Der Text, wie er gespeichert ist, für den oben gewählten Gast.
n-outdated-since = { $count ->
    [one] 1 Gast daraus kennt inzwischen einen veralteten Tisch
   *[other] { $count } Gäste daraus kennen inzwischen einen veralteten Tisch
}
