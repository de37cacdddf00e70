mail = Mail
mail-words = Texts that you write, to guests of your choice; nobody gets a mail twice.
mail-is-off = No mail server is set up, so nothing can be sent; texts can be written all the same. The section mail of tafel.toml names the server.
# $why (String)
# $when (String)
mail-held-until = Nothing is sent for now ({ $why }). It is tried again: { $when }.
# $words (String)
# $count (Number)
write-to-whom = To write to: { $words } ({ $count }). Choose a text.
never-mind = Never mind
texts = Texts
no-texts-yet = There is no text yet. Name one, then write it.
name-of-a-text = Name of a new text
text-example = Your table
add-a-text = Add the text
batches-of-mails = What was sent
no-mails-yet = Nothing was sent yet. Open a text to see who would get it.
# $sent (Number)
# $count (Number)
sent-of = { $sent } of { $count }
mail-is-paused = paused
mail-is-stopped = stopped
mail-is-done = done
mail-is-going = is being sent
# $count (Number)
n-uncertain = { $count ->
    [one] 1 uncertain
   *[other] { $count } uncertain
}
# $count (Number)
n-refused = { $count } refused
audience-all = everybody
audience-new = never written to
audience-changed = table or room changed since their mail
# $count (Number)
audience-picked = { $count ->
    [one] 1 guest by hand
   *[other] { $count } guests by hand
}
# $words (String)
audience-filter = guests by filter: { $words }
# $field (String)
# $line (Number)
# $what (String)
flaw-at = { $field }, line { $line }: { $what }
# $words (String)
flaw-not-understood = it is not understood ({ $words }).
# $what (String)
flaw-not-possible = “{ $what }” is not possible in a mail; fields, if and a loop over guests are.
# $name (String)
flaw-unknown-field = there is no field “{ $name }”.
flaw-too-much = it becomes too long.
text-heading = Text
english = English
german = German
subject-label = Subject
fields-words = Fields that are filled in for each guest:
conditions-words = Only where there is something:
as-a-guest-reads-it = As a guest reads it
for-guest = For
nothing-to-preview = A subject and a text in one of the languages make a mail.
look-before-sending = Look at this before sending
# $count (Number)
is-empty-for = is empty for { $count ->
    [one] 1 guest:
   *[other] { $count } guests:
}
mail-to-myself = A mail to yourself
my-address = Your address
send-trial = Send it to me
# $to (String)
trial-sent = A mail is on its way to { $to }
remove-text-words = What was sent with it stays as it is.
remove-the-text = Remove the text
see-who-gets-it = See who gets it
who-gets-it = Who gets it
to-whom = To
if-no-language = Without a language
one-each = One each where guests share an address
# $letters (Number)
# $guests (Number)
# $shown (String)
mails-to = { $letters ->
    [one] mail
   *[other] mails
}, to { $guests ->
    [one] 1 guest
   *[other] { $shown } guests
}
# $minutes (Number)
# $rate (Number)
takes-minutes = At { $rate } a minute, { $minutes ->
    [one] about a minute.
   *[other] some { $minutes } minutes.
}
# $count (Number)
n-declined = { $count ->
    [one] 1 guest declined, and gets none.
   *[other] { $count } guests declined, and get none.
}
# $count (Number)
n-without-address = { $count } without an address:
# $count (Number)
n-bad-address = { $count } with an address to which no mail can go:
has-no-text = The text needs a subject and a body, in English or in German.
# $count (Number)
really-send = Send { $count ->
    [one] 1 mail?
   *[other] { $count } mails?
}
# $count (Number)
send-n-mails = Send { $count ->
    [one] 1 mail
   *[other] { $count } mails
}
# $position (String)
plan-as-of = plan as of { $position }
samples = Samples
# $to (String)
to-address = To: { $to }
no-table-yet = no table yet
# $table (String)
# $room (String)
table-in-room = { $table }, { $room }
post-waiting = waiting
post-sending = is being handed over
post-sent = sent
# $when (String)
post-again-at = put off, again { $when }
post-refused = refused
post-uncertain = uncertain
post-skipped = left out
# $count (String)
of-n-mails-sent = of { $count } mails sent
# $count (Number)
n-waiting = { $count } waiting
# $count (Number)
n-skipped = { $count } left out
pause = Pause
go-on-sending = Go on
stop-sending = Stop for good
really-stop = Stop? What is not sent yet will not be sent.
uncertain-words = They were handed to the server, and what came of it was not to be heard. They may have arrived. Nothing is sent again unless you say so.
it-arrived = It arrived
# $who (String)
it-arrived-at = It arrived: { $who }
send-letter-again = It did not: send it again
# $who (String)
send-again-to = It did not: send it again. { $who }
try-them-again = Try them again
letters = Mails
mail-state-head = State
since-when = Since
as-it-was-written = As it was written
cannot-be-shown = The text cannot be shown any more.
told-and-now = What it said, and what is so now
# $now (String)
now-it-is = now { $now }
mails-to-guest = Mails
mail-again-to-guest = Write to this guest
knows-outdated = knows an outdated table
guests-know-outdated = guests know an outdated table
show-outdated = who know an outdated table
show-unwritten = never written to
write-to-these = Write to these
write-to-ticked = Write to the ticked
flaw-half = a subject and a text belong together; there is only one of them.
# $count (Number)
have-it-already = { $count ->
    [one] 1 guest has a mail of this text already, or one that waits:
   *[other] { $count } guests have a mail of this text already, or one that waits:
}
says-no-table = says nothing of a table
as-it-is-saved = The text as it is saved, for the guest who is chosen above.
# $count (Number)
n-outdated-since = { $count ->
    [one] 1 guest of it knows an outdated table by now
   *[other] { $count } guests of it know an outdated table by now
}
