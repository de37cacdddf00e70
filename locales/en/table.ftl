seats-taken = seats taken
on = on
spot-fewer-seats = The spot has fewer seats than the table.
# $name (String)
unseat-somebody = Unseat { $name }
seat-somebody-here = Seat somebody here
find-among-unseated = Find among the unseated
nobody-without-seat-matches = Nobody without a seat matches.
# $name (String)
seat-somebody = Seat { $name }
a-whole-party = A whole party
place-heading = Place
spot = Spot
choose-a-free-spot = choose a free spot
# $code (String)
# $count (Number)
spot-n-seats = { $code } · { $count } seats
place = Place
no-spot-is-free = No spot is free.
lift-from-spot = Lift from its spot
host = Host
history-of-table = History of this table
# $number (String)
remove-table-named = Remove table { $number }
# $count (Number)
remove-table-words = { $count ->
    [0] Its spot becomes free. You can take it back.
    [one] Its guest becomes unseated, its spot free. You can take it back.
   *[other] Its { $count } guests become unseated, its spot free. You can take it back.
}
remove-the-table = Remove the table
# $number (String)
table-named = Table { $number }
# $number (String)
# $seated (Number)
# $seats (Number)
table-words = Table { $number }, { $seated } of { $seats } seats taken
