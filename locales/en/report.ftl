reports-crumb = Reports
# $revision (Number)
revision-bold = revision { $revision }
ask-the-authority = Ask the authority whether it has the file, then say what you know.
nothing-sent-before = Nothing is sent before that.
authority-has-it = The authority has it
send-it-again = It does not: send it again
try-again-now = Try again now
steps = Steps
step-head = Step
began-head = Began
done-head = Done
took-head = Took
attempts-step-head = Attempts
download-the-file = Download the file
terms-and-result = Terms and result
what-happened = What happened
make-corrected = Make a corrected report
corrected-words = It is another file, of the same cut-off, without what was taken back since. What was submitted stays.
reason-label = Reason
make-and-submit = Make it and submit it
reports-are-off = Reports are not switched on.
not-made = It has not been made
its-day-is-over = Its day is over.
its-day-is-not-over = Its day is not over
made-by-itself = It is made by itself then.
# $position (String)
download-draft = Download a draft, as of event { $position }
# $day (String)
report-of = Report of { $day }
not-started = not started
uncertain = uncertain
# $step (String)
step-failed = { $step } failed
is-tried-again = is tried again
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
fact-last-event = Last event that belongs to it
fact-started = Started
# $when (String)
# $who (String)
started-by = { $when } by { $who }
fact-reason = Reason
fact-leaves-out = Leaves out what was taken back by position
fact-order = Order
archived-first = archived first, then submitted
fact-rows = Rows
fact-bytes = Bytes
fact-archived-as = Archived as
fact-at-work = At work
# $who (String)
# $until (String)
claimed-until = { $who }, until { $until }
fact-received = Received
# $who (String)
as-found-out = as { $who } has found out
# $step (String)
# $attempt (Number)
# $details (String)
failed-attempt = { $step }, attempt { $attempt }: { $details }.
# $when (String)
tried-again-at = It is tried again at { $when }.
not-tried-again = It is not tried again before somebody has seen to it.
step-create-rows = writing the rows
step-submit = submitting
step-archive = archiving
