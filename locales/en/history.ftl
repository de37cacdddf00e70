of = of
show-all-history = show all
compare-days = Compare two days
guest-or-table = Guest or table
guest-or-table-example = Größl, T017 …
who-did-it = Who did it
everybody-did = everybody
what-label = What
everything = everything
who-sits-where = who sits where
tables-on-spots = tables on spots
kind-of-guests = guests
kind-of-tables = tables
rooms-and-spots = rooms and spots
kind-of-uploads = uploads
taken-brought = taken back, brought back
kind-of-arrivals = arrivals
kind-of-reports = reports
show-history = Show
clear-history = Clear
nothing-like-that = Nothing like that has happened
lately = lately
# $who (String)
# $why (String)
taken-back-by = taken back by { $who }: { $why }
older = Older
# $zone (String)
times-in = Times are those of { $zone }.
kind-of-mail = mails and lists
kind-of-letters = every single letter
