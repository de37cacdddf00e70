invalid-empty = is empty
# $chars (String)
# $most (String)
invalid-too-long = is { $chars } characters long; the maximum is { $most }
invalid-control = contains a control character
invalid-line-break = contains a line break or a tab
invalid-blank = contains a space
invalid-no-at = does not contain an @
invalid-address = is not an e-mail address
invalid-seats = must be a whole number from 1 to 1,000
invalid-metres = must be a number of metres, at most 10,000
invalid-degrees = must be whole degrees, 0 to 359
invalid-not-positive = must be greater than 0
invalid-yes-no = must be yes or no
invalid-answer = is not a valid answer: write accepted, maybe, declined or invited
invalid-shape = is not a valid shape: write round or rect
invalid-number = is not a number
invalid-whole = must be a whole number
invalid-natural = must be a whole number, 0 or greater
invalid-not-given = is required
invalid-no-name = or last name is required
invalid-no-name-left = and last name cannot both be empty
invalid-own-guest = cannot be the same guest
invalid-not-chosen = must be selected
invalid-taken = is already in use
invalid-unknown = is not a known field
# $id (String)
invalid-not-missing = { $id } is not among the entries missing from the file
# $row (String)
invalid-no-row = row { $row } is not in the file
# $words (String)
invalid-said = { $words }
# $header (String)
# $why (String)
trouble-field = { $header } { $why }
# $header (String)
# $error (String)
trouble-error = { $header } contains the error { $error }
# $header (String)
trouble-formula = { $header } contains a formula without a stored result: paste it as a value
# $header (String)
# $text (String)
# $why (String)
trouble-value = { $header } “{ $text }” { $why }
# $header (String)
trouble-not-cleared = { $header } cannot be cleared
trouble-foreign = The file was exported from another plan and is treated like any other list
trouble-name-needed = A new guest needs a first or a last name
trouble-name-remains = First and last name cannot both be empty
trouble-nobody = The row has no employee number, no e-mail and no name
# $count (Number)
# $people (String)
trouble-ambiguous-name = { $count } guests have this name. Add an employee number or email to say which one is meant: { $people }
# $who (String)
trouble-may-be = { $who } has this name already: if it is the same person, leave the row out
# $row (Number)
trouble-may-be-row = Row { $row } has this name already: if it is the same person, leave one of them out
# $email (String)
# $who (String)
trouble-shared-email = { $email } is the address of { $who }: this guest gets no address and is reached through { $who }
# $label (String)
trouble-stays-removed = { $label } was removed after the export and stays removed
# $label (String)
trouble-removed = { $label } was removed after the export. Leave the row out, or add the guest again by hand
# $what (String)
# $rows (String)
trouble-twice = { $what } appears more than once: rows { $rows }
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
trouble-declined = Guests who declined cannot be seated
# $table (String)
# $seats (Number)
# $more (Number)
trouble-full = Table { $table } has { $seats } seats; { $more } more are needed
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
trouble-left-outside = Spot { $spot } would be outside the room
trouble-room-missing = The row has no room
trouble-spot-missing = The row has no spot
# $room (String)
trouble-size-missing = The new room { $room } needs a width and a depth
trouble-place-missing = A new spot needs a room, an x and a y
trouble-table-missing = The row has no table
# $number (String)
trouble-not-vip = { $number } is not a VIP table; other tables are placed by the draw
# $table (String)
# $spot (String)
trouble-spot-taken = Table { $table } stands on { $spot }, and the file does not move it
# $table (String)
# $seats (Number)
# $spot (String)
# $room (Number)
trouble-spot-small = { $table } has { $seats } seats, { $spot } has { $room }
# $name (String)
trouble-unknown-leader = There is no guest called { $name }, so they are not linked
# $name (String)
trouble-ambiguous-leader = Several guests are called { $name }, so they are not linked
# $number (String)
claim-number = Employee number { $number }
# $number (String)
claim-table = Table { $number }
# $name (String)
claim-room = Room { $name }
# $code (String)
claim-spot = Spot { $code }
# $code (String)
claim-given-away = Spot { $code }
# $words (String)
not-valid-because = Not valid: { $words }
# $words (String)
quoted = “{ $words }”
# $field (String)
# $value (String)
# $actor (String)
says-now = { $field } is now { $value }, changed by { $actor }
# $name (String)
invalid-none-called = “{ $name }” is not in the plan: check the number
invalid-time = is outside the allowed range
invalid-before-plan = is before the plan was created
# $name (String)
trouble-sheet = Sheet “{ $name }” was ignored. Put all rows into one sheet, or upload it as a separate file
