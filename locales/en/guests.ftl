# $count (String)
n-match = { $count } match
# $count (String)
n-in-all = { $count } in all
download-as = download as
or = or
search = Search
guests-placeholder = Name, company, party, table …
show = Show
everybody = everybody
show-unseated = unseated
show-seated = seated
show-open = without an answer
show-maybe = maybe
show-declined = declined
show-vips = VIPs
show-vips-unseated = VIPs without a seat
show-split = parties split over tables
show-wheelchairs = wheelchairs
show-tight = wheelchairs where it is tight
show-diets = diets and allergies
diet = Diet
any = any
room = Room
search-button = Search
clear = Clear
nobody-matches = Nobody matches.
show-everybody = Show everybody
no-guests-yet = There are no guests yet.
upload-the-guest-list = Upload the guest list
seat-ticked-at = Seat those ticked at
choose-a-table = choose a table
seat = Seat
tick = Tick
name = Name
table = Table
party = Party
company = Company
answer = Answer
needs = Needs
# $name (String)
tick-somebody = Tick { $name }
wheelchair-need = wheelchair
allergies-need = allergies
pages = Pages
before = Before
next = Next
# $first (String)
# $last (String)
# $total (String)
first-last-of = { $first }–{ $last } of { $total }
all = All
add-a-guest = Add a guest
first-name = First name
last-name = Last name
company-label = Company
party-label = Party
add-the-guest = Add the guest
