a-new-party = A new party
new-party-words = Upload what you have, in this order; each step shows what it would change before it does.
kind-tables = Tables
kind-floor = Floor plan
kind-guests = Guests
kind-vip = VIP placement
kind-draw = Draw
how-far = How far it has come
still-standing = still standing
# $count (String)
of-n-seated = of { $count } guests seated
to-do = To do
rooms = Rooms
no-rooms-yet = No rooms yet.
upload-the-floor-plan = Upload the floor plan
diets = Diets
day-by-day = Seated, day by day
without-taken-back = Without what was taken back since.
first-day-later = The first day is drawn when something has happened.
# $day (String)
# $count (String)
day-words = { $day }: { $count } seated.
# $seated (String)
# $standing (String)
# $declined (String)
day-title = { $seated } seated, { $standing } standing, { $declined } declined
latest-changes = Latest changes
nothing-happened-yet = Nothing has happened yet.
the-whole-history = The whole history
what-changed-today = What changed today
for-everybody = For everybody
line-on-every-page = A line on every open page
notice-example = The printer starts at 18:00
tell-everybody = Tell everybody
title-date-seats = The plan’s title, date and usual seats
title = Title
date = Date
seats-if-nobody-says = Seats of a table, if nobody says
save = Save
guests-without-seat = guests without a seat
vips-without-seat = VIPs without a seat
overfull-tables = overfull tables
tables-without-spot = tables without a spot
tables-on-small-spot = tables on a spot with fewer seats
parties-split = parties split over several tables
wheelchairs-tight = wheelchairs where it is tight
collisions-open = collisions that nobody has settled
# $who (String)
# $field (String)
# $lost (String)
lost-its = { $who } lost its { $field }: { $lost }
# $part (String)
# $whole (String)
part-of-whole = { $part } of { $whole }
# $count (Number)
# $tables (Number)
diet-at-tables = { $tables ->
    [one] { $count } at one table
   *[other] { $count } at { $tables } tables
}
