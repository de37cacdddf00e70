mail = Mail
mail-words = Write a text, choose the recipients, and send it. Nobody gets the same email twice.
mail-is-off = No mail server is set up, so nothing can be sent yet. You can already write texts. To send them, set the server in the [mail] section of tafel.toml.
# $why (String)
# $when (String)
mail-held-until = Sending is on hold ({ $why }). Next attempt: { $when }.
# $words (String)
# $count (Number)
write-to-whom = Recipients: { $words } ({ $count }). Choose a text.
never-mind = Cancel
texts = Texts
no-texts-yet = No texts yet. Enter a name to add one.
name-of-a-text = Name of a new text
text-example = Your table
add-a-text = Add text
batches-of-mails = Mailings
no-mails-yet = Nothing sent yet. Open a text to choose its recipients.
# $sent (Number)
# $count (Number)
sent-of = { $sent } of { $count }
mail-is-paused = paused
mail-is-stopped = stopped
mail-is-done = done
mail-is-going = sending
# $count (Number)
n-uncertain = { $count ->
    [one] 1 uncertain
   *[other] { $count } uncertain
}
# $count (Number)
n-refused = { $count } refused
audience-all = all guests
audience-new = not emailed yet
audience-changed = table or room changed since their last email
# $count (Number)
audience-picked = { $count ->
    [one] 1 selected guest
   *[other] { $count } selected guests
}
# $words (String)
audience-filter = filtered guests: { $words }
# $field (String)
# $line (Number)
# $what (String)
flaw-at = { $field }, line { $line }: { $what }
# $words (String)
flaw-not-understood = syntax error ({ $words }).
# $what (String)
flaw-not-possible = “{ $what }” is not allowed in an email. Use only fields, if, and a loop over guests.
# $name (String)
flaw-unknown-field = there is no field “{ $name }”.
flaw-too-much = the email is too long.
text-heading = Text
english = English
german = German
subject-label = Subject
fields-words = Fields that are filled in for each guest:
conditions-words = To show something only if a field is filled in:
as-a-guest-reads-it = Preview
for-guest = For
nothing-to-preview = Enter a subject and a text in at least one language to see a preview.
look-before-sending = Check before sending
# $count (Number)
is-empty-for = is empty for { $count ->
    [one] 1 guest:
   *[other] { $count } guests:
}
mail-to-myself = Send a test email
my-address = Your address
send-trial = Send test
# $to (String)
trial-sent = A test email is on its way to { $to }
remove-text-words = Emails already sent are not affected.
remove-the-text = Remove text
see-who-gets-it = Choose recipients
who-gets-it = Recipients
to-whom = To
if-no-language = If no language is set
one-each = Separate emails for guests who share an address
# $letters (Number)
# $guests (Number)
# $shown (String)
mails-to = { $letters ->
    [one] email
   *[other] emails
} to { $guests ->
    [one] 1 guest
   *[other] { $shown } guests
}
# $minutes (Number)
# $rate (Number)
takes-minutes = At { $rate } per minute, this takes { $minutes ->
    [one] about a minute.
   *[other] about { $minutes } minutes.
}
# $count (Number)
n-declined = { $count ->
    [one] 1 guest declined and gets no email.
   *[other] { $count } guests declined and get no email.
}
# $count (Number)
n-without-address = { $count } without an email address:
# $count (Number)
n-bad-address = { $count } with an invalid email address:
has-no-text = The text needs a subject and a body in English or German.
# $count (Number)
really-send = Send { $count ->
    [one] 1 email?
   *[other] { $count } emails?
}
# $count (Number)
send-n-mails = Send { $count ->
    [one] 1 email
   *[other] { $count } emails
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
post-sending = sending
post-sent = sent
# $when (String)
post-again-at = postponed until { $when }
post-refused = refused
post-uncertain = uncertain
post-skipped = skipped
# $count (String)
of-n-mails-sent = of { $count } emails sent
# $count (Number)
n-waiting = { $count } waiting
# $count (Number)
n-skipped = { $count } skipped
pause = Pause
go-on-sending = Resume
stop-sending = Stop for good
really-stop = Stop sending? Emails that have not been sent yet will not be sent.
uncertain-words = These emails were handed to the mail server, but it did not confirm them. They may have arrived. Nothing is sent again unless you say so.
it-arrived = Arrived
# $who (String)
it-arrived-at = Arrived: { $who }
send-letter-again = Not arrived: send again
# $who (String)
send-again-to = Not arrived: send again. { $who }
try-them-again = Try again
letters = Emails
mail-state-head = State
since-when = Since
as-it-was-written = Text of the email
cannot-be-shown = The text can no longer be shown.
told-and-now = Table in the email, and now
# $now (String)
now-it-is = now { $now }
mails-to-guest = Emails
mail-again-to-guest = Email this guest
knows-outdated = table changed since the last email
guests-know-outdated = guests whose table changed since their last email
show-outdated = table changed since their last email
show-unwritten = not emailed yet
write-to-these = Email these guests
write-to-ticked = Email selected guests
flaw-half = subject and text are both required; one is missing.
# $count (Number)
have-it-already = { $count ->
    [one] 1 guest already has this email, or it is waiting to be sent:
   *[other] { $count } guests already have this email, or it is waiting to be sent:
}
says-no-table = does not mention a table
as-it-is-saved = Sends the saved text, filled in for the guest selected above.
# $count (Number)
n-outdated-since = { $count ->
    [one] The table of 1 guest has changed since this email
   *[other] The tables of { $count } guests have changed since this email
}
