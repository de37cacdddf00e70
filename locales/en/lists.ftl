lists = Lists
lists-words = Printed lists for the entrance, the kitchen and the hosts. Tafel remembers what was printed, so you can reprint only what has changed.
# $when (String)
# $who (String)
printed-when = printed { $when } by { $who }
# $when (String)
# $who (String)
since-print = changes since the printout of { $when } by { $who }
the-whole-list = the whole list
print-it = Print
it-is-printed = Mark as printed
not-any-more = No longer on the list:
nothing-differs = No changes: the printed list is up to date.
nobody-on-the-list = This list is empty.
# $position (String)
only-since = only changes since { $position }
# $sheet (Number)
# $count (Number)
sheet-of = sheet { $sheet } of { $count }
# $what (String)
allergic-to = allergies: { $what }
in-a-wheelchair = wheelchair
# $seated (Number)
# $seats (Number)
n-of-seats = { $seated } of { $seats } seats
in-total = In total
allergies-head = Allergies
