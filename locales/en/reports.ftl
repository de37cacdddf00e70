reports-heading = Reports
# $cutoff (String)
# $deadline (String)
next-report = Cut-off: { $cutoff }. Deadline: { $deadline }.
next-one = Next:
reports-off = Reports are not switched on
reports-off-words = Every night, Tafel can write a report of who sits where, submit it to an authority by SFTP before a deadline, and archive it. To turn this on, an admin enters the destination in
reports-off-try = , tests it with
reports-off-start = , and restarts the server;
reports-off-docs = lists all settings.
no-report-yet = No reports yet. The first one is created automatically when the day is over; until then, its page offers a draft.
how-long-steps = Duration of each step
# $longest (String)
chart-words = Duration of writing, submitting and archiving, oldest on the left; longest: { $longest }
key-writing = writing the rows
key-submitting = submitting
# $longest (String)
key-archiving = archiving · longest: { $longest }
day-head = Day
state-head = State
submitted-head = Submitted
start-to-end = Start to end
rows-head = Rows
attempts-head = Attempts
state-begun = started
state-rows-written = rows written
state-submitted = submitted
state-archived = archived
