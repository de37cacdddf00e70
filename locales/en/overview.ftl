a-new-party = Start a new plan
new-party-words = Upload your files in this order. Each step shows a preview before anything is changed.
kind-tables = Tables
kind-floor = Floor plan
kind-guests = Guests
kind-vip = VIP placement
kind-draw = Draw
how-far = Progress
still-standing = without a seat
# $count (String)
of-n-seated = of { $count } guests seated
to-do = To do
rooms = Rooms
no-rooms-yet = No rooms yet.
upload-the-floor-plan = Upload the floor plan
diets = Diets
day-by-day = Seated guests by day
without-taken-back = Excludes changes that were later taken back.
first-day-later = Nothing to show yet.
# $day (String)
# $count (String)
day-words = { $day }: { $count } seated.
# $seated (String)
# $standing (String)
# $declined (String)
day-title = { $seated } seated, { $standing } unseated, { $declined } declined
latest-changes = Latest changes
nothing-happened-yet = No changes yet.
the-whole-history = Full history
what-changed-today = Changes today
for-everybody = Notice to everyone
line-on-every-page = Shown on every open page
notice-example = The printer starts at 18:00
tell-everybody = Show to everyone
title-date-seats = Title, date and default seats
title = Title
date = Date
seats-if-nobody-says = Default seats per table
save = Save
guests-without-seat = guests without a seat
vips-without-seat = VIPs without a seat
overfull-tables = overfull tables
tables-without-spot = tables without a spot
tables-on-small-spot = tables on spots that are too small
parties-split = parties split over several tables
wheelchairs-tight = wheelchair users at crowded tables
collisions-open = unresolved conflicts
# $who (String)
# $field (String)
# $lost (String)
lost-its = { $who } lost the { $field }: { $lost }
# $part (String)
# $whole (String)
part-of-whole = { $part } of { $whole }
# $count (Number)
# $tables (Number)
diet-at-tables = { $tables ->
    [one] { $count } at one table
   *[other] { $count } at { $tables } tables
}
