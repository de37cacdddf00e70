reports-crumb = Reports
# $revision (Number)
revision-bold = revision { $revision }
ask-the-authority = Ask the authority whether it has received the file, then choose below.
nothing-sent-before = Nothing is sent until you decide.
authority-has-it = File received
send-it-again = Not received: send again
try-again-now = Try again now
steps = Steps
step-head = Step
began-head = Began
done-head = Done
took-head = Took
attempts-step-head = Attempts
download-the-file = Download the file
terms-and-result = Details
what-happened = What happened
make-corrected = Create a corrected report
corrected-words = This creates a new file with the same cut-off, without the changes taken back since. The submitted file stays as it is.
reason-label = Reason
make-and-submit = Create and submit
reports-are-off = Reports are not switched on.
not-made = This report has not been created yet
its-day-is-over = The day is over.
its-day-is-not-over = The day is not over yet
made-by-itself = The report will be created automatically when it is.
# $position (String)
download-draft = Download a draft, as of event { $position }
# $day (String)
report-of = Report of { $day }
not-started = not started
uncertain = uncertain
# $step (String)
step-failed = { $step } failed
is-tried-again = retrying
report-done = done
# $day (String)
# $revision (Number)
day-revision = { $day }, revision { $revision }
# $report (String)
# $step (String)
# $took (String)
step-took = { $report }: { $step } took { $took }
fact-cutoff = Cut-off
fact-deadline = Deadline
fact-last-event = Last event included
fact-started = Started
# $when (String)
# $who (String)
started-by = { $when } by { $who }
fact-reason = Reason
fact-leaves-out = Leaves out changes taken back up to position
fact-order = Order
archived-first = archived first, then submitted
fact-rows = Rows
fact-bytes = Bytes
fact-archived-as = Archived as
fact-at-work = In progress
# $who (String)
# $until (String)
claimed-until = { $who }, until { $until }
fact-received = Received
# $who (String)
as-found-out = confirmed by { $who }
# $step (String)
# $attempt (Number)
# $details (String)
failed-attempt = { $step }, attempt { $attempt }: { $details }.
# $when (String)
tried-again-at = Next attempt at { $when }.
not-tried-again = There will be no further attempt until someone takes action.
step-create-rows = writing the rows
step-submit = submitting
step-archive = archiving
