# $part (String)
# $total (String)
n-of-n = { $part } of { $total }
# $count (String)
tables-in-all = { $count } in all
unseated-heading = Unseated
search-unseated = Search unseated guests
unseated-placeholder = Name, company, party …
find-button = Find
table-number = Table number
seat-word = Seat
no-guests-upload = There are no guests yet.
upload-the-list = Upload the list
everybody-has-a-seat = All guests who are coming have a seat.
# $count (String)
nobody-like-that = No match among { $count } unseated guests.
drag-or-tick = Drag guests onto a table, or select them and press
drag-or-tick-end = {""}.
unseated-guests = Unseated guests
# $party (String)
tick-all-of = Select everyone in { $party }
# $count (Number)
and-n-more-search = and { $count } more; search for them
number-or-name = Number or name
free-seats = Free seats
# $count (String)
n-or-more = { $count } or more
all-tables = all
with-free-seats = with free seats
overfull-show = overfull
without-spot-show = without a spot
too-small-show = on a spot that is too small
vip-tables-show = VIP tables
show-button = Show
no-table-matches = No tables found.
show-all = Show all
no-tables-yet = There are no tables yet.
upload-them = Upload tables
# $count (Number)
in-wheelchairs = { $count } in wheelchairs
in-wheelchairs-word = in wheelchairs
# $count (Number)
with-diet = { $count } with a diet or allergies
with-diet-word = with a diet or allergies
spot-too-small = spot too small
no-spot = no spot
# $number (String)
seat-ticked-here = Seat here: selected guests at { $number }
seat-here = Seat here
add-a-table = Add a table
number = Number
name-label = Name
seats = Seats
vip-table = VIP table
add-the-table = Add table
# $number (String)
close-it = Close { $number }
# $host (String)
hosted-by = hosted by { $host }
no-spot-words = without a spot
nobody-sits-here = Nobody sits here yet.
unseat-ticked = Unseat selected
# $number (String)
open-it = Open { $number }
its-history = History
or-add-below = or add one below.
