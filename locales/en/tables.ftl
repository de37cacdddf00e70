# $part (String)
# $total (String)
n-of-n = { $part } of { $total }
# $count (String)
tables-in-all = { $count } in all
unseated-heading = Unseated
search-unseated = Search among the unseated
unseated-placeholder = Name, company, party …
find-button = Find
table-number = Table number
seat-word = Seat
no-guests-upload = There are no guests yet.
upload-the-list = Upload the list
everybody-has-a-seat = Everybody who comes has a seat.
# $count (String)
nobody-like-that = Nobody among the { $count } is like that.
drag-or-tick = Drag onto a table, or tick and press
drag-or-tick-end = {""}.
unseated-guests = Unseated guests
# $party (String)
tick-all-of = Tick all of { $party }
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
too-small-show = on a spot too small
vip-tables-show = VIP tables
show-button = Show
no-table-matches = No table matches.
show-all = Show all
no-tables-yet = There are no tables yet.
upload-them = Upload them
# $count (Number)
in-wheelchairs = { $count } in wheelchairs
in-wheelchairs-word = in wheelchairs
# $count (Number)
with-diet = { $count } with a diet or allergies
with-diet-word = with a diet or allergies
spot-too-small = spot too small
no-spot = no spot
# $number (String)
seat-ticked-here = Seat here: those ticked, at { $number }
seat-here = Seat here
add-a-table = Add a table
number = Number
name-label = Name
seats = Seats
vip-table = VIP table
add-the-table = Add the table
# $number (String)
close-it = Close { $number }
# $host (String)
hosted-by = hosted by { $host }
no-spot-words = without a spot
nobody-sits-here = Nobody sits here yet.
unseat-ticked = Unseat those ticked
# $number (String)
open-it = Open { $number }
its-history = Its history
or-add-below = or add one below.
