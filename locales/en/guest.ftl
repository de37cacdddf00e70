sits-at = Sits at
declined-state = Declined
no-seat-yet = Has no seat yet
comes-with = comes with
seat-heading = Seat
table-label = Table
# $number (String)
# $count (Number)
n-free = { $number } · { $count } free
seat-button = Seat
unseat = Unseat
# $party (String)
party-named = Party { $party }
nobody-else-in-it = There are no other guests in this party.
seat-all-at = Seat all of them at
seat-the-party = Seat party
details = Details
answer-label = Answer
notes = Notes
vip = VIP
wheelchair = Wheelchair
save-what-i-changed = Save changes
more-heading = More
history-of-guest = History of this guest
# $name (String)
remove-somebody = Remove { $name }
remove-guest-words = The guest is removed from the plan and their seat becomes free. You can take this back.
remove-from-plan = Remove from the plan
employee-number = Employee number
email = E-mail
department = Department
allergies = Allergies
language = Language
# $when (String)
is-here-since = arrived { $when }
is-here-now = Mark as arrived
is-not-here = Undo arrival
