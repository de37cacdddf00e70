# $rows (Number)
# $position (String)
rows-as-of = { $rows ->
    [one] 1 row · plan as of { $position }, and kept up with it
   *[other] { $rows } rows · plan as of { $position }, and kept up with it
}
# $count (Number)
rows-with-problems = { $count ->
    [one] 1 row with problems
   *[other] { $count } rows with problems
}
correct-or-leave = Correct them in the file and upload it again, or leave these rows out.
download-marked = Download the file with the cells marked
row = Row
problem = Problem
leave-out = Leave out
# $row (String)
leave-out-row = Leave out row { $row }
# $row (String)
leave-out-rows = Leave out row { $row }
# $count (Number)
n-conflicts = { $count } changed on both sides
conflicts-words = The list was exported from this plan, and somebody has changed these since. What the plan says stays, unless you tick yours.
guest = Guest
field = Field
when-exported = When exported
plan-says-now = The plan says now
file-says = The file says
left-out = Left out
# $row (String)
row-n = row { $row }
# $count (Number)
n-protected = { $count } protected
vip-stay = VIP tables stay where they are
# $row (Number)
row-nr = row { $row }
# $count (Number)
sit-elsewhere = { $count } sit elsewhere by now
they-stay = They stay where they are, unless you tick them.
sits-at-head = Sits at
file-says-short = File says
move-head = Move
# $name (String)
move-somebody = Move { $name }
# $count (Number)
n-changes = { $count ->
    [one] 1 change
   *[other] { $count } changes
}
says-all-already = The plan says all of this already.
search-among-them = Search among them
changes-placeholder = A row, a name, a field, a value …
search-them = Search
none-like-that = None of them is like that.
what = What
before-after = Before → after
becomes = becomes
# $count (Number)
n-more-rows = and { $count } more rows; search for them
# $added (Number)
# $changed (Number)
# $unchanged (Number)
added-changed = { $added } added · { $changed } changed · { $unchanged } unchanged
# $count (Number)
n-unknown-words = { $count ->
    [one] 1 word was not understood
   *[other] { $count } words were not understood
}
# $count (Number)
n-more-words = and { $count } more
# $count (Number)
n-likely-doubles = { $count ->
    [one] 1 row may be somebody who is there already
   *[other] { $count } rows may be somebody who is there already
}
# $count (Number)
n-warnings = { $count ->
    [one] 1 warning
   *[other] { $count } warnings
}
hold-nothing-up = They hold nothing up
# $row (String)
row-of = row { $row }
# $count (Number)
n-missing = { $count } are in the plan and not in the file
they-stay-unless-removed = They stay, unless you tick them to be removed
look-again = Look again
# $count (Number)
apply-n = { $count ->
    [one] Apply 1 change
   *[other] Apply { $count } changes
}
columns-words = Columns: what they were taken for
in-the-file = In the file
for-example = For example
stands-for = Stands for
# $header (String)
what-stands-for = { $header } stands for
leave-column-out = leave out
keep-as-named = keep as it is named
read-it-so = Read it so
file-applied = This file was applied
see-what-it-did = See what it did
file-taken-back = This file was applied, and taken back since
bring-back-or-anew = Bring it back as it was from the page of its batch, or apply it anew: it is read by today's plan, and you see what it would change first.
its-batch = To its batch
apply-anew = Apply it anew
an-upload = An upload
kind-of-change = Kind
all-changes = all
only-new = new
only-changed = changed
only-removed = removed
# $count (Number)
rows-unchanged = { $count ->
    [one] 1 row says what the plan says already
   *[other] { $count } rows say what the plan says already
}
# $count (Number)
n-more-bad-rows = { $count ->
    [one] and 1 more row: the marked file has it
   *[other] and { $count } more rows: the marked file has them all
}
which-columns = Which column is what?
# $row (String)
which-columns-words = The headers of this file are not known here; row { $row } is taken for them, and what stands above it is not read. Say once what they stand for. If that row holds no headers, but already somebody, put a row of headers above it in the file, and upload it again.
# $wanted (String)
which-columns-needed = There must be a row with headers, { $wanted }.
column-twice = Only one column can stand for a field; of two, the first counts.
