# $rows (Number)
# $position (String)
rows-as-of = { $rows ->
    [one] 1 row · plan as of { $position }, updated live
   *[other] { $rows } rows · plan as of { $position }, updated live
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
conflicts-words = These values were changed in the plan after the list was exported from it. The plan’s value is kept unless you tick yours.
guest = Guest
field = Field
when-exported = When exported
plan-says-now = In the plan now
file-says = In the file
left-out = Left out
# $row (String)
row-n = row { $row }
# $count (Number)
n-protected = { $count } protected
vip-stay = VIP tables stay where they are
# $row (Number)
row-nr = row { $row }
# $count (Number)
sit-elsewhere = { $count } now sit elsewhere
they-stay = They stay where they are unless you tick them.
sits-at-head = Sits at
file-says-short = In the file
move-head = Move
# $name (String)
move-somebody = Move { $name }
# $count (Number)
n-changes = { $count ->
    [one] 1 change
   *[other] { $count } changes
}
says-all-already = The plan already contains all of this.
search-among-them = Search these changes
changes-placeholder = A row, a name, a field, a value …
search-them = Search
none-like-that = No matching changes.
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
    [one] 1 possible duplicate
   *[other] { $count } possible duplicates
}
# $count (Number)
n-warnings = { $count ->
    [one] 1 warning
   *[other] { $count } warnings
}
hold-nothing-up = You can apply the file anyway
# $row (String)
row-of = row { $row }
# $count (Number)
n-missing = { $count } in the plan but not in the file
they-stay-unless-removed = They stay unless you tick them to be removed
look-again = Update preview
# $count (Number)
apply-n = { $count ->
    [one] Apply 1 change
   *[other] Apply { $count } changes
}
columns-words = Columns and what they contain
in-the-file = In the file
for-example = For example
stands-for = Contains
# $header (String)
what-stands-for = { $header } contains
leave-column-out = ignore
keep-as-named = keep as an extra field
read-it-so = Use these columns
file-applied = This file was applied
see-what-it-did = View its changes
file-taken-back = This file was applied and later taken back
bring-back-or-anew = You can bring back the changes made then, or apply the file again to the current plan. You see what would change first.
its-batch = View those changes
apply-anew = Apply again
an-upload = An upload
kind-of-change = Kind
all-changes = all
only-new = new
only-changed = changed
only-removed = removed
# $count (Number)
rows-unchanged = { $count ->
    [one] 1 row matches the plan already
   *[other] { $count } rows match the plan already
}
# $count (Number)
n-more-bad-rows = { $count ->
    [one] and 1 more row, which is in the marked file
   *[other] and { $count } more rows, which are all in the marked file
}
which-columns = Which column is what?
# $row (String)
which-columns-words = Tafel does not know the headers of this file. It uses row { $row } as the header row and ignores the rows above it. Choose what each column contains. If that row already lists a guest or a table, add a row of headers above it in the file and upload it again.
# $wanted (String)
which-columns-needed = The file needs a header row { $wanted }.
column-twice = Each field can be used for one column only; of two, the first is used.
