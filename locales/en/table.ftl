seats-taken = seats taken
on = on
spot-fewer-seats = The spot has fewer seats than the table.
# $name (String)
unseat-somebody = Unseat { $name }
seat-somebody-here = Seat somebody here
find-among-unseated = Search unseated guests
nobody-without-seat-matches = No unseated guests found.
# $name (String)
seat-somebody = Seat { $name }
a-whole-party = Whole party
place-heading = Location
spot = Spot
choose-a-free-spot = choose a free spot
# $code (String)
# $count (Number)
spot-n-seats = { $code } · { $count } seats
place = Place
no-spot-is-free = There are no free spots.
lift-from-spot = Lift off its spot
host = Host
history-of-table = History of this table
# $number (String)
remove-table-named = Remove table { $number }
# $count (Number)
remove-table-words = { $count ->
    [0] Its spot becomes free. You can take this back.
    [one] Its guest is unseated and its spot becomes free. You can take this back.
   *[other] Its { $count } guests are unseated and its spot becomes free. You can take this back.
}
remove-the-table = Remove table
# $number (String)
table-named = Table { $number }
# $number (String)
# $seated (Number)
# $seats (Number)
table-words = Table { $number }, { $seated } of { $seats } seats taken
