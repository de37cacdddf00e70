done-with-room = Done with the room
edit-the-room = Edit the room
is-picked = is picked. Choose a free spot to place it
or-swap = , or another table to swap the two
# $number (String)
lift-named = Lift { $number } off its spot
drag-tables = Drag a table to a free spot, or onto another one to swap the two. By keyboard: choose a table, then where it shall go.
drag-spots = Drag a spot, or choose it and use the arrow keys; it keeps to a grid of 25 cm. Tables stay on their spots.
zoom-in = Zoom in
zoom-out = Zoom out
zoom-all-label = All of the room
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
pick-what = Pick { $what }
# $code (String)
spot-named = Spot { $code }
code = Code
shape = Shape
turned-by = Turned by, degrees
turn-by-45 = Turn by 45°
remove = Remove
choose-a-spot = Choose a spot to change it.
add-a-spot = Add a spot
as-usual = as usual
from-the-left = From the left, m
from-the-top = From the top, m
add-the-spot = Add the spot
the-room = The room
width-m = Width, m
depth-m = Depth, m
without-spot-heading = Without a spot
every-table-stands = Every table stands somewhere.
drop-to-lift = Drop one here to lift it off.
# $count (Number)
n-seats = { $count } seats
move-by-number = Move by number
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
