# $count (String)
n-match = { $count } match
# $count (String)
n-in-all = { $count } in all
download-as = download as
or = or
search = Search
guests-placeholder = Name, company, party, table …
show = Show
everybody = all guests
show-unseated = unseated
show-seated = seated
show-open = without an answer
show-maybe = maybe
show-declined = declined
show-vips = VIPs
show-vips-unseated = VIPs without a seat
show-split = parties split over tables
show-wheelchairs = wheelchairs
show-tight = wheelchair users at crowded tables
show-diets = diets and allergies
diet = Diet
any = any
room = Room
search-button = Search
clear = Clear
nobody-matches = No guests found.
show-everybody = Show all guests
no-guests-yet = There are no guests yet.
upload-the-guest-list = Upload the guest list
seat-ticked-at = Seat selected guests at
choose-a-table = choose a table
seat = Seat
tick = Select
name = Name
table = Table
party = Party
company = Company
answer = Answer
needs = Needs
# $name (String)
tick-somebody = Select { $name }
wheelchair-need = wheelchair
allergies-need = allergies
pages = Pages
before = Previous
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
add-the-guest = Add guest
