invalid-empty = is empty
# $chars (String)
# $most (String)
invalid-too-long = is { $chars } characters long; at most { $most } are possible
invalid-control = holds a control character
invalid-line-break = has a line break or a tab
invalid-blank = has a blank in it
invalid-no-at = has no @
invalid-address = is not an e-mail address
invalid-seats = must be a whole number from 1 to 1,000
invalid-metres = must be a number of metres, at most 10,000
invalid-degrees = must be whole degrees, 0 to 359
invalid-not-positive = must be more than nothing
invalid-yes-no = is neither yes nor no
invalid-answer = is no answer: write accepted, maybe, declined or invited
invalid-shape = is no shape: write round or rect
invalid-number = is not a number
invalid-whole = must be a whole number
invalid-natural = must be a whole number, and not negative
invalid-not-given = must be given
invalid-no-name = or the last name must be given
invalid-no-name-left = or the last name must remain
invalid-own-guest = cannot be the guest itself
invalid-not-chosen = must be chosen
invalid-taken = is taken
invalid-unknown = is not a field that is known here
# $id (String)
invalid-not-missing = { $id } is not among the missing
# $row (String)
invalid-no-row = row { $row } is not in the file
# $words (String)
invalid-said = { $words }
# $header (String)
# $why (String)
trouble-field = { $header } { $why }
# $header (String)
# $error (String)
trouble-error = { $header } holds the error { $error }
# $header (String)
trouble-formula = { $header } holds a formula, and the file does not say its result: paste it as a value
# $header (String)
# $text (String)
# $why (String)
trouble-value = { $header } “{ $text }” { $why }
# $header (String)
trouble-not-cleared = { $header } cannot be cleared
trouble-foreign = The file was exported from another plan, so it is read as any list
trouble-name-needed = A new guest needs a first or a last name
trouble-name-remains = A first or a last name must remain
trouble-nobody = The row has no employee number, no e-mail and no name
# $count (Number)
# $people (String)
trouble-ambiguous-name = { $count } guests have this name, and the row does not say which of them is meant: { $people }
# $who (String)
trouble-may-be = { $who } has this name already: if it is the same person, leave the row out
# $row (Number)
trouble-may-be-row = Row { $row } has this name already: if it is the same person, leave one of them out
# $email (String)
# $who (String)
trouble-shared-email = { $email } is the address of { $who }: the guest gets none, and is reached through { $who }
# $label (String)
trouble-stays-removed = { $label } was removed since the export, and stays so
# $label (String)
trouble-removed = { $label } was removed since the export; leave the row out, or add the guest again by hand
# $what (String)
# $rows (String)
trouble-twice = { $what } in rows { $rows }
# $number (String)
# $holder (String)
trouble-number-taken = { $number } is the employee number of { $holder }
# $email (String)
# $holder (String)
trouble-email-taken = { $email } is the address of { $holder }
# $number (String)
trouble-no-table = There is no table { $number }
# $name (String)
trouble-no-room = There is no room { $name }
# $code (String)
trouble-no-spot = There is no spot { $code }
# $encoding (String)
trouble-read-as = The text is not in Unicode, and was read as { $encoding }: check that the names are right, or save the file as UTF-8
# $lines (Number)
# $encoding (String)
trouble-lines-read-as = { $lines ->
    [one] One line is not in Unicode, and was read as { $encoding }: check that the names are right, or save the file as UTF-8
   *[other] { $lines } lines are not in Unicode, and were read as { $encoding }: check that the names are right, or save the file as UTF-8
}
# $header (String)
# $text (String)
# $invalid (String)
# $rows (Number)
trouble-unknown-word = { $rows ->
    [one] { $header } “{ $text }” { $invalid }: the field is left as it is in one row
   *[other] { $header } “{ $text }” { $invalid }: the field is left as it is in { $rows } rows
}
trouble-declined = Who declined gets no seat
# $table (String)
# $seats (Number)
# $more (Number)
trouble-full = Table { $table } has { $seats } seats, and { $more } more would be needed
trouble-no-number = The row has no table number
# $seated (Number)
# $table (String)
# $seats (Number)
trouble-few-seats = { $seated } guests sit at table { $table }; { $seats } seats are not enough
# $spot (String)
# $room (String)
# $width (String)
# $depth (String)
trouble-walls = { $spot } reaches beyond the walls of { $room } ({ $width } m by { $depth } m)
# $spot (String)
trouble-left-outside = Spot { $spot } would be outside
trouble-room-missing = The row has no room
trouble-spot-missing = The row has no spot
# $room (String)
trouble-size-missing = The new room { $room } needs a width and a depth
trouble-place-missing = A new spot needs a room, an x and a y
trouble-table-missing = The row names no table
# $number (String)
trouble-not-vip = { $number } is no VIP table; other tables are placed by the draw
# $table (String)
# $spot (String)
trouble-spot-taken = Table { $table } stands on { $spot }, and the file does not move it
# $table (String)
# $seats (Number)
# $spot (String)
# $room (Number)
trouble-spot-small = { $table } has { $seats } seats, { $spot } has { $room }
# $name (String)
trouble-unknown-leader = Nobody is called { $name }, so no link is made
# $name (String)
trouble-ambiguous-leader = Several guests are called { $name }, so no link is made
# $number (String)
claim-number = Employee number { $number } stands
# $number (String)
claim-table = Table { $number } stands
# $name (String)
claim-room = Room { $name } stands
# $code (String)
claim-spot = Spot { $code } stands
# $code (String)
claim-given-away = Spot { $code } is given away
# $words (String)
not-valid-because = Not valid: { $words }
# $words (String)
quoted = “{ $words }”
# $field (String)
# $value (String)
# $actor (String)
says-now = { $field } says { $value } now, by { $actor }
# $name (String)
invalid-none-called = “{ $name }” is not in the plan: look at the numbers that there are
invalid-time = is not of this time
invalid-before-plan = is before the plan was begun
# $name (String)
trouble-sheet = The sheet “{ $name }” is not read: put all rows into one sheet, or upload it as a file of its own
