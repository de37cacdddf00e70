# $what (String)
gone-title = There is no such { $what }
gone-detail = It may have been removed, or the change that added it was taken back. Look at the plan again.
unknown-batch-title = There is no such batch
unknown-batch-detail = No event of the stream has this batch.
# $number (String)
# $who (String)
number-belongs = Employee number { $number } belongs to { $who }
# $email (String)
# $who (String)
email-belongs = { $email } belongs to { $who }
one-guest-only = Each may stand with one guest only. Change the other guest first.
# $table (String)
table-full = Table { $table } is full
# $seated (Number)
# $seats (Number)
# $missing (Number)
table-full-detail = { $seated } of its { $seats } seats are taken; { $missing } more would be needed.
# $who (String)
who-declined = { $who } declined
who-declined-detail = Who declined needs no seat. Change the answer first.
# $who (String)
has-no-seat = { $who } has no seat
both-must-sit = Both must sit somewhere to be swapped.
# $number (String)
table-there-already = There is a table { $number } already
# $code (String)
spot-there-already = There is a spot { $code } already
choose-another = Choose another one.
# $seated (Number)
# $table (String)
too-few-seats = { $seated } guests sit at table { $table }
# $seats (Number)
# $missing (Number)
too-few-seats-detail = { $seats } seats are not enough for them. Unseat { $missing } first.
# $table (String)
# $spot (String)
stands-there = Table { $table } stands on { $spot }
lift-or-swap = Lift that table first, or swap the two.
lift-that-first = Lift that table first.
# $table (String)
stands-nowhere = Table { $table } stands on no spot
both-must-stand = Both must stand somewhere to be swapped.
# $count (Number)
# $room (String)
tables-stand-in = { $count ->
    [one] A table stands in { $room }
   *[other] { $count } tables stand in { $room }
}
# $tables (String)
lift-them-first = Lift them first: { $tables }.
# $spots (String)
# $room (String)
beyond-walls = { $spots } would reach beyond the walls of { $room }
beyond-walls-detail = x and y are the centre of the spot, in metres from the left and the upper wall.
# $who (String)
has-arrived = { $who } has arrived already
# $when (String)
has-arrived-detail = Marked at { $when }.
# $who (String)
has-not-arrived = { $who } has not arrived
nothing-to-undo-here = There is nothing to undo.
# $who (String)
# $field (String)
changed-by = { $who } changed the { $field } meanwhile
changed-detail = Look at what it says by now, and choose.
not-valid = Not valid
not-valid-detail = Correct the values that are listed, and send it again.
# $count (Number)
problems-first = { $count ->
    [one] 1 problem must be solved or left out first
   *[other] { $count } problems must be solved or left out first
}
problems-first-detail = Correct the file, or leave the rows out on purpose.
plan-moved-on = The plan has changed since the preview
plan-moved-on-detail = Its effect would be another one now. Look at the new preview, and confirm again.
expired = It came too late
expired-detail = Nothing was changed. Do it once more.
position-moved = The plan has moved on
position-moved-detail = Nothing was changed. Look at the plan again, then decide anew.
upload-retracted = The file was applied, and taken back since
upload-retracted-detail = Open the upload: you can bring it back as it was, or apply it anew by today's plan.
retracted-already = The batch is retracted already
# $position (String)
retracted-already-detail = It was retracted by the event at position { $position }.
not-retracted = The batch is not retracted
not-retracted-detail = There is nothing to reinstate.
not-retractable = This cannot be retracted
# $count (Number)
built-on-it = { $count ->
    [one] A later change builds on it
   *[other] { $count } later changes build on it
}
built-on-it-detail = Their changes would lose their effect. An admin can take it back nevertheless.
id-taken = The id is taken
id-taken-detail = Another request was carried out under this id. Send this one under a fresh id.
# $names (String)
# $count (Number)
and-others = { $names } and { $count } more
problem-forbidden = Your role does not allow this
problem-forbidden-detail = Ask an admin.
problem-not-found = It is not there
problem-not-found-detail = It may have been removed. Look at the address again.
problem-unavailable = Not now
problem-unavailable-detail = The outcome is unknown. Send the same again: nothing is done twice.
problem-not-decided-detail = Nothing was changed. Send the same again in a while.
problem-signed-out = You are not signed in
problem-signed-out-detail = Open the sign-in page in another tab, then send this again: what you typed is still here.
problem-too-slow = The request took too long
problem-too-slow-detail = It did not come in time. Send it again, on a faster line.
problem-too-many = Too many tries
problem-too-many-detail = Wait a minute, then try again.
problem-too-large = The request is too large
problem-fault = Something broke in Tafel
problem-fault-detail = Nothing was changed. The log has the details.
problem-bad-request = The request is not understood
problem-nothing-to-undo = There is nothing to take back
problem-nothing-to-undo-detail = You have changed nothing yet, or have taken back all of it.
# $name (String)
# $owner (String)
name-of-already = { $name } is the name of { $owner } already
mail-gone = There is no such mail
mail-gone-detail = Look at the list of mails again.
other-mails-now = Other mails would be sent now. Look at them, and send again.
mail-cannot-start = Nothing can be sent
mail-cannot-start-detail = There is nobody to write to, or something is wrong with the text.
mail-other-sends = Somebody else sends
mail-other-sends-detail = Look again in a moment.
mail-done = This is done
mail-done-detail = No mail is sent twice.
mail-was-stopped = It was stopped
mail-was-stopped-detail = What was not sent by then is not sent. Start another batch for whoever has no mail.
mail-too-soon = Not yet
mail-too-soon-detail = Mails are sent no faster than the settings allow.
mail-nothing-to-retry = There is nothing to retry
mail-not-uncertain = There is nothing to decide
mail-not-uncertain-detail = It is known whether the mail has arrived, or somebody has decided.
invalid-position = is no position of this plan
lasting-retraction = A retraction is taken back by reinstating its batch.
lasting-reinstatement = A reinstatement is taken back by retracting its batch again.
lasting-mail = A mail that was sent cannot be unsent: stop its batch, or write again.
lasting-report = Reports that were begun stay on record.
lasting-beginning = Without its first event there is no plan.
lasting-erasure = What was erased is gone for good.
problem-bad-request-detail = The pages of Tafel send nothing like that. Load the page again, and try once more.
problem-too-large-detail = The limit is 4 MiB for a form, and 10 MiB for a file.
problem-foreign = The request is not one of ours
problem-foreign-detail = It comes from another site’s page. Send it from a page of Tafel.
problem-mail-off = No mail server is set up
problem-mail-off-detail = The section mail of tafel.toml names the server.
problem-mail-server = The mail server did not take it
problem-own-account = This is your own account
problem-own-account-detail = Ask another admin: nobody locks themselves out.
problem-reports-off-detail = The section report of tafel.toml says when, where to, and where it is archived; docs/report.md explains it.
problem-upload-gone = There is no such upload
problem-upload-gone-detail = A preview is kept for an hour. Upload the file again.
problem-used-up = This link does not work any more
problem-used-up-detail = It works once, and only until the server ends. Start the server again for another, or use tafel account add NAME --role admin.
no-such-report = There is no such report
no-such-report-detail = It has not been started.
# $day (String)
refused-report-not-due = The report of { $day } is not due
# $when (String)
refused-report-not-due-detail = Its day is over at { $when }; until then, there is a draft.
refused-report-exists = The report was started already
refused-report-exists-detail = Look at how far it is. A corrected one needs a reason.
refused-report-unfinished = The report before it is not finished
refused-report-unfinished-detail = Wait for it, or see to why it failed.
refused-report-outdated-detail = Ask again.
# $who (String)
refused-report-claimed = { $who } works on it
# $when (String)
refused-report-claimed-detail = Until { $when }, unless it is given back earlier.
refused-report-waiting = It is to be tried again later
refused-report-waiting-detail = Or ask for it to be retried.
refused-report-fenced = Somebody else works on it
refused-report-fenced-detail = It was taken over, since the claim on it had run out.
refused-report-step-done = This is done
refused-report-step-done-detail = No step is done twice.
refused-report-nothing-to-retry = There is nothing to retry
refused-report-nothing-to-retry-detail = It has not failed, or somebody must first find out whether it arrived.
refused-report-not-uncertain = There is nothing to decide
refused-report-not-uncertain-detail = It is known whether the file has arrived, or it was sent again since.
refused-report-superseded = A corrected report has taken its place
refused-report-superseded-detail = This one is not submitted any more.
