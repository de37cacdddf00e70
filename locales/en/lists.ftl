lists = Lists
lists-words = For paper: the entrance, the kitchen, the hosts. What was printed is remembered, so that only what differs is printed again.
# $when (String)
# $who (String)
printed-when = printed { $when } by { $who }
# $when (String)
# $who (String)
since-print = what differs from the print of { $when }, { $who }
the-whole-list = the whole list
print-it = Print
it-is-printed = It is printed
not-any-more = Not any more:
nothing-differs = Nothing differs: what is on paper is right.
nobody-on-the-list = There is nobody on this list.
# $position (String)
only-since = only what differs from { $position }
# $sheet (Number)
# $count (Number)
sheet-of = sheet { $sheet } of { $count }
# $what (String)
allergic-to = allergic: { $what }
in-a-wheelchair = wheelchair
# $seated (Number)
# $seats (Number)
n-of-seats = { $seated } of { $seats } seats
in-total = In total
allergies-head = Allergies
