reports-heading = Reports
# $cutoff (String)
# $deadline (String)
next-report = Its cut-off is { $cutoff }, its deadline { $deadline }.
next-one = Next:
reports-off = Reports are not switched on
reports-off-words = Every night Tafel can write who sits where, bring it to an authority by SFTP before a deadline, and archive it. An admin says where to in
reports-off-try = , tries it with
reports-off-start = , and starts the server anew;
reports-off-docs = has all settings.
no-report-yet = There is none yet. The first is made by itself when the day is over; until then its page has a draft.
how-long-steps = How long the steps took
# $longest (String)
chart-words = How long writing, submitting and archiving took, oldest on the left; the longest { $longest }
key-writing = writing the rows
key-submitting = submitting
# $longest (String)
key-archiving = archiving · the longest { $longest }
day-head = Day
state-head = State
submitted-head = Submitted
start-to-end = Start to end
rows-head = Rows
attempts-head = Attempts
state-begun = started
state-rows-written = rows are written
state-submitted = submitted
state-archived = archived
