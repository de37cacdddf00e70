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
nobody-else-in-it = Nobody else is in it.
seat-all-at = Seat all of them at
seat-the-party = Seat the party
details = Details
answer-label = Answer
notes = Notes
vip = VIP
wheelchair = Wheelchair
save-what-i-changed = Save what I changed
more-heading = More
history-of-guest = History of this guest
# $name (String)
remove-somebody = Remove { $name }
remove-guest-words = The guest leaves the plan; the seat is free. You can take it back.
remove-from-plan = Remove from the plan
employee-number = Employee number
email = E-mail
department = Department
allergies = Allergies
language = Language
# $when (String)
is-here-since = here since { $when }
is-here-now = Has arrived
is-not-here = Has not arrived after all
