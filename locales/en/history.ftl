of = for
show-all-history = show all
compare-days = Compare two days
guest-or-table = Guest or table
guest-or-table-example = Größl, T017 …
who-did-it = Changed by
everybody-did = anyone
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
nothing-like-that = No matching changes
lately = in recent history
# $who (String)
# $why (String)
taken-back-by = taken back by { $who }: { $why }
older = Older
# $zone (String)
times-in = Time zone: { $zone }.
kind-of-mail = emails and lists
kind-of-letters = individual emails
