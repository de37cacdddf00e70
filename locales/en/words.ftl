created-plan = Created the plan
# $notice (String)
told-everybody = Showed everyone: “{ $notice }”
# $fields (String)
changed-plan = Changed the plan: { $fields }
# $who (String)
added = Added { $who }
# $who (String)
# $fields (String)
changed-what = Changed { $who }: { $fields }
# $who (String)
removed = Removed { $who }
# $who (String)
# $table (String)
seated-at = Seated { $who } at { $table }
# $who (String)
unseated-who = Unseated { $who }
# $who (String)
arrived = Marked { $who } as arrived
# $who (String)
arrival-undone = Undid the arrival of { $who }
# $count (Number)
erased = Erased { $count } guests
# $table (String)
added-table = Added table { $table }
# $table (String)
# $fields (String)
changed-table = Changed table { $table }: { $fields }
# $table (String)
removed-table = Removed table { $table }
# $table (String)
# $spot (String)
placed-table = Placed table { $table } on { $spot }
# $table (String)
lifted-table = Lifted table { $table }
# $count (Number)
picked-up = Picked up { $count } tables
# $room (String)
added-room = Added room { $room }
# $room (String)
# $fields (String)
changed-room = Changed room { $room }: { $fields }
# $room (String)
removed-room = Removed room { $room }
# $spot (String)
added-spot = Added spot { $spot }
# $spot (String)
# $fields (String)
changed-spot = Changed spot { $spot }: { $fields }
# $spot (String)
removed-spot = Removed spot { $spot }
# $reason (String)
took-back = Took back a change: { $reason }
# $reason (String)
brought-back = Brought back a change: { $reason }
# $a (String)
# $b (String)
# $ta (String)
# $tb (String)
two-seated = Seated { $a } at { $ta } and { $b } at { $tb }
# $a (String)
# $b (String)
swapped-tables = Swapped tables { $a } and { $b }
# $name (String)
# $count (Number)
family = the { $name } family ({ $count })
# $a (String)
# $b (String)
two-people = { $a } and { $b }
# $name (String)
# $count (Number)
and-company = { $name } and companions ({ $count })
# $count (Number)
n-guests = { $count } guests
# $file (String)
# $what (String)
upload-did = Upload { $file }: { $what }
# $count (Number)
n-placed = { $count ->
    [one] 1 table placed
   *[other] { $count } tables placed
}
# $count (Number)
n-of-guests = { $count ->
    [one] 1 guest
   *[other] { $count } guests
}
# $count (Number)
n-of-tables = { $count ->
    [one] 1 table
   *[other] { $count } tables
}
# $count (Number)
n-of-rooms-and-spots = { $count ->
    [one] 1 room or spot
   *[other] { $count } rooms and spots
}
# $what (String)
what-added = { $what } added
# $what (String)
what-changed-words = { $what } changed
# $what (String)
what-removed = { $what } removed
nothing-changed = nothing changed
# $day (String)
reports-from = Turned on reports from { $day }
# $report (String)
report-started = Started the report of { $report }
# $who (String)
# $report (String)
report-claimed = { $who } is working on the report of { $report }
# $report (String)
report-released = Released the report of { $report }
# $report (String)
# $step (String)
# $attempt (Number)
report-step = Report of { $report }: { $step }, attempt { $attempt }
# $report (String)
# $rows (String)
report-rows = Report of { $report }: { $rows } rows written
# $report (String)
report-announced = About to rename the file of the report of { $report }
# $report (String)
report-submitted = Submitted the report of { $report }
# $report (String)
report-archived = Archived the report of { $report }
# $report (String)
# $step (String)
# $details (String)
report-failed = Report of { $report }: { $step } failed: { $details }
# $report (String)
report-retried = Asked to retry the report of { $report }
# $report (String)
report-received = Confirmed that the authority has the report of { $report }
# $report (String)
report-not-received = Confirmed that the authority does not have the report of { $report }
# $subject (String)
alert = Alert: { $subject }
alert-again = Sends the alert again, because it had reached nobody
alert-told = Sent the alert to all recipients
# $count (Number)
taken-back-count = { $count ->
    [one] Taken back: 1 change
   *[other] Taken back: { $count } changes
}
# $count (Number)
brought-back-count = { $count ->
    [one] Brought back: 1 change
   *[other] Brought back: { $count } changes
}
# $name (String)
family-name = { $name } family
# $name (String)
name-and-company = { $name } and companions
a-party = A party
# $what (String)
new-what = new { $what }
# $what (String)
removed-what = removed { $what }
entity-guest = guest
entity-table = table
entity-room = room
entity-spot = spot
entity-plan = plan
# $month (Number)
month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
# $month (Number)
month-long = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
# $day (Number)
weekday-long = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
# $day (Number)
weekday-short = { $day ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
# $day (String)
# $month (String)
# $year (String)
date-words = { $day } { $month } { $year }
# $day (String)
# $month (String)
day-words-short = { $day } { $month }
# $date (String)
# $time (String)
when-words = { $date }, { $time }
# $weekday (String)
# $date (String)
weekday-date = { $weekday }, { $date }
# $weekday (String)
# $date (String)
weekday-day = { $weekday } { $date }
field-title = title
field-date = date
field-default-seats = default seats
field-notice = notice
field-employee-no = employee number
field-first-name = first name
field-last-name = last name
field-email = email
field-company = company
field-department = department
field-party = party
field-plus-one-of = plus one of
field-vip = VIP
field-diet = diet
field-allergies = allergies
field-wheelchair = wheelchair
field-rsvp = answer
field-language = language
field-notes = notes
field-extra = extra fields
field-table = table
field-arrived-at = arrived at
field-number = number
field-name = name
field-seats = seats
field-host = host
field-spot = spot
field-width-m = width
field-depth-m = depth
field-code = code
field-room = room
field-x-m = x
field-y-m = y
field-shape = shape
field-rotation-deg = rotation
# $kind (String)
# $actor (String)
# $why (String)
kind-and-actor = { $kind } by { $actor }: { $why }
rsvp-invited = invited
rsvp-accepted = accepted
rsvp-maybe = maybe
rsvp-declined = declined
found-guest = guest
found-table = table
found-spot = spot
found-party = party
found-company = company
nothing-word = nothing
wrong-password = Wrong name or password.
no-word = no
not-there = Not found
not-there-then = This was not in the plan at that time.
role-viewer = viewer
role-door = door
role-staff = staff
role-admin = admin
shape-round = round
shape-rect = rectangular
entity-template = text
field-subject-en = English subject
field-body-en = English text
field-subject-de = German subject
field-body-de = German text
# $what (String)
added-text = added the text { $what }
# $what (String)
# $fields (String)
changed-text = changed the text { $what }: { $fields }
# $what (String)
removed-text = removed the text { $what }
# $list (String)
printed-list = printed: { $list }
list-guests = Guests A–Z
list-tables = Guests per table
list-rooms = Tables per room
list-vips = VIPs
list-kitchen = Diets and allergies
list-wheelchairs = Wheelchairs
list-table-cards = Table cards
list-place-cards = Place cards
# $name (String)
# $count (Number)
mail-started = started sending { $name }: { $count ->
    [one] 1 email
   *[other] { $count } emails
}
# $name (String)
mail-paused = paused { $name }
# $name (String)
mail-resumed = resumed { $name }
# $name (String)
mail-stopped = stopped { $name }
# $runner (String)
mail-taken-up = { $runner } started sending emails
mail-given-back = finished sending emails
# $name (String)
# $whom (String)
mail-goes-to = is sending { $name } to { $whom }
# $name (String)
# $whom (String)
mail-went-to = sent { $name } to { $whom }
# $name (String)
# $whom (String)
# $why (String)
mail-not-gone = { $name } to { $whom } was not sent: { $why }
# $name (String)
# $whom (String)
# $why (String)
mail-left-out = { $name } to { $whom } was skipped: { $why }
# $why (String)
mail-held = emails on hold: { $why }
# $name (String)
# $whom (String)
mail-again = asked to send { $name } to { $whom } again
# $name (String)
# $whom (String)
mail-said-arrived = confirmed that { $name } reached { $whom }
reason-undone = undone
reason-brought-back = brought back
