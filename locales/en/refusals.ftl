# $what (String)
gone-title = There is no such { $what }
gone-detail = It may have been removed, or the change that added it was taken back. Reload the page to see the current plan.
unknown-batch-title = There is no such change
unknown-batch-detail = Check the address, or look for the change in the history.
# $number (String)
# $who (String)
number-belongs = Employee number { $number } belongs to { $who }
# $email (String)
# $who (String)
email-belongs = { $email } belongs to { $who }
one-guest-only = An employee number or email address can belong to only one guest. Change the other guest first.
# $table (String)
table-full = Table { $table } is full
# $seated (Number)
# $seats (Number)
# $missing (Number)
table-full-detail = { $seated } of its { $seats } seats are taken; { $missing } more are needed. Choose another table.
# $who (String)
who-declined = { $who } declined
who-declined-detail = Guests who declined cannot be seated. Change the answer first.
# $who (String)
has-no-seat = { $who } has no seat
both-must-sit = Both guests need a seat before they can be swapped.
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
too-few-seats-detail = { $seats } seats are not enough. Unseat { $missing } first.
# $table (String)
# $spot (String)
stands-there = Table { $table } stands on { $spot }
lift-or-swap = Lift that table first, or swap the two.
lift-that-first = Lift that table first.
# $table (String)
stands-nowhere = Table { $table } has no spot
both-must-stand = Both tables need a spot before they can be swapped.
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
changed-by = { $who } has changed the { $field } in the meantime
changed-detail = Check the current value, then choose which one to keep.
not-valid = Not valid
not-valid-detail = Correct the values listed, then send again.
# $count (Number)
problems-first = { $count ->
    [one] 1 problem must be fixed or left out first
   *[other] { $count } problems must be fixed or left out first
}
problems-first-detail = Correct the file and upload it again, or leave these rows out.
plan-moved-on = The plan has changed since the preview
plan-moved-on-detail = The result would now be different. Check the new preview, then confirm again.
expired = The request arrived too late
expired-detail = Nothing was changed. Please try again.
position-moved = The plan has changed in the meantime
position-moved-detail = Nothing was changed. Check the current plan, then try again.
upload-retracted = This file was applied and later taken back
upload-retracted-detail = Open the upload to bring the old changes back, or to apply the file again to the current plan.
retracted-already = This change was already taken back
# $position (String)
retracted-already-detail = It was taken back by the event at position { $position }.
not-retracted = This change was not taken back
not-retracted-detail = There is nothing to bring back.
not-retractable = This cannot be taken back
# $count (Number)
built-on-it = { $count ->
    [one] A later change builds on it
   *[other] { $count } later changes build on it
}
built-on-it-detail = Those changes would be lost. An admin can still take it back.
id-taken = This ID is already in use
id-taken-detail = Another request has already used this ID. Send this one with a new ID.
# $names (String)
# $count (Number)
and-others = { $names } and { $count } more
problem-forbidden = Your role does not allow this
problem-forbidden-detail = Ask an admin.
problem-not-found = Not found
problem-not-found-detail = It may have been removed. Check the address.
problem-unavailable = Temporarily unavailable
problem-unavailable-detail = It is not known whether your change was saved. Send it again; nothing is done twice.
problem-not-decided-detail = Nothing was changed. Please try again in a moment.
problem-signed-out = You are not signed in
problem-signed-out-detail = Sign in again in another tab, then resend this. What you typed is still here.
problem-too-slow = The request took too long
problem-too-slow-detail = It did not arrive in time. Send it again over a faster connection.
problem-too-many = Too many attempts
problem-too-many-detail = Wait a minute, then try again.
problem-too-large = The request is too large
problem-fault = Something went wrong in Tafel
problem-fault-detail = Nothing was changed. Details are in the log.
problem-bad-request = Invalid request
problem-nothing-to-undo = There is nothing to take back
problem-nothing-to-undo-detail = You have not changed anything yet, or you have already taken everything back.
# $name (String)
# $owner (String)
name-of-already = The name { $name } is already used by { $owner }
mail-gone = There is no such email
mail-gone-detail = Check the list of mailings.
other-mails-now = Other emails would be sent now. Check the recipients, then send again.
mail-cannot-start = Nothing can be sent
mail-cannot-start-detail = There are no recipients, or the text has errors. Check both.
mail-other-sends = Emails are already being sent
mail-other-sends-detail = Try again in a moment.
mail-done = This is already done
mail-done-detail = No email is sent twice.
mail-was-stopped = Sending was stopped
mail-was-stopped-detail = Emails that were not sent by then will not be sent. Start a new mailing for guests without one.
mail-too-soon = Please wait
mail-too-soon-detail = The settings limit how fast emails are sent. Try again in a moment.
mail-nothing-to-retry = There is nothing to retry
mail-not-uncertain = There is nothing to decide
mail-not-uncertain-detail = It is already known whether the email arrived, or someone has already decided.
invalid-position = is no position of this plan
lasting-retraction = To reverse this, bring back the change that was taken back.
lasting-reinstatement = To reverse this, take back the original change again.
lasting-mail = A sent email cannot be taken back. Stop the mailing, or send another email.
lasting-report = Reports that have been started stay on record.
lasting-beginning = The creation of the plan cannot be taken back.
lasting-erasure = Erased data cannot be restored.
problem-bad-request-detail = Reload the page and try again.
problem-too-large-detail = The limit is 4 MiB for a form, and 10 MiB for a file.
problem-foreign = The request came from another site
problem-foreign-detail = Open Tafel and send it from there.
problem-mail-off = No mail server is set up
problem-mail-off-detail = Set the server in the [mail] section of tafel.toml.
problem-mail-server = The mail server did not accept the email
problem-own-account = This is your own account
problem-own-account-detail = Ask another admin, so that you do not lock yourself out.
problem-reports-off-detail = Set when and where reports are sent and archived in the [report] section of tafel.toml; see docs/report.md.
problem-upload-gone = This upload no longer exists
problem-upload-gone-detail = Previews are kept for one hour. Upload the file again.
problem-used-up = This link no longer works
problem-used-up-detail = It can be used once, and only until the server stops. Restart the server to get a new link, or run tafel account add NAME --role admin.
no-such-report = There is no such report
no-such-report-detail = It has not been started yet.
# $day (String)
refused-report-not-due = The report of { $day } is not due
# $when (String)
refused-report-not-due-detail = Its day ends at { $when }. Until then, you can download a draft.
refused-report-exists = This report was already started
refused-report-exists-detail = Check its progress. To create a corrected report, give a reason.
refused-report-unfinished = The previous report is not finished yet
refused-report-unfinished-detail = Wait for it to finish, or check why it failed.
refused-report-outdated-detail = Please try again.
# $who (String)
refused-report-claimed = { $who } is working on this report
# $when (String)
refused-report-claimed-detail = Until { $when } at the latest. Try again after that.
refused-report-waiting = The next attempt is scheduled for later
refused-report-waiting-detail = Wait for it, or retry now.
refused-report-fenced = Another instance has taken over this report
refused-report-fenced-detail = The time reserved for working on it had run out.
refused-report-step-done = This step is already done
refused-report-step-done-detail = No step is done twice.
refused-report-nothing-to-retry = There is nothing to retry
refused-report-nothing-to-retry-detail = It has not failed, or someone must first find out whether it arrived.
refused-report-not-uncertain = There is nothing to decide
refused-report-not-uncertain-detail = It is already known whether the file arrived, or it has been sent again since.
refused-report-superseded = A corrected report has replaced this one
refused-report-superseded-detail = This one will no longer be submitted.
