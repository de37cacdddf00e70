done-with-room = Done editing
edit-the-room = Edit room
is-picked = is selected. Choose a free spot to place it
or-swap = , or another table to swap them
# $number (String)
lift-named = Lift { $number } off its spot
drag-tables = Drag a table to a free spot, or onto another table to swap them. With the keyboard: select a table, then its new spot.
drag-spots = Drag a spot, or select it and use the arrow keys. Spots snap to a 25 cm grid. Tables stay on their spots.
zoom-in = Zoom in
zoom-out = Zoom out
zoom-all-label = Show all of the room
zoom-all = All
# $room (String)
drawn-to-scale = { $room }, drawn to scale
# $what (String)
edit-what = Edit { $what }
# $table (String)
# $what (String)
swap-with = Swap { $table } with { $what }
# $table (String)
# $what (String)
place-on = Place { $table } on { $what }
# $what (String)
pick-what = Select { $what }
# $code (String)
spot-named = Spot { $code }
code = Code
shape = Shape
turned-by = Rotation in degrees
turn-by-45 = Turn by 45°
remove = Remove
choose-a-spot = Select a spot to edit it.
add-a-spot = Add a spot
as-usual = default
from-the-left = From left (m)
from-the-top = From top (m)
add-the-spot = Add spot
the-room = The room
width-m = Width (m)
depth-m = Depth (m)
without-spot-heading = Without a spot
every-table-stands = Every table has a spot.
drop-to-lift = Drop a table here to lift it off its spot.
# $count (Number)
n-seats = { $count } seats
move-by-number = Move tables by number
to-spot = to spot
swap-table = Swap table
with-table = with table
swap = Swap
lift-table = Lift table
lift-off = Lift off
the-room-as-list = The room as a list
spot-head = Spot
seats-head = Seats
taken-head = Taken
free = free
# $table (String)
# $vip (String)
# $spot (String)
# $seated (Number)
# $seats (Number)
# $small (String)
drawn-taken = Table { $table }{ $vip } on { $spot }, { $seated } of { $seats } seats taken{ $small }
drawn-vip = , VIP,
# $count (Number)
drawn-small = , on a spot of { $count } seats
# $spot (String)
# $count (Number)
drawn-free = Spot { $spot }, free, { $count } seats
