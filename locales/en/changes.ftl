# $from (String)
# $to (String)
between-words = between { $from } and { $to }
from = From
to = To
now-option = now
what-kind = What
everything-kind = everything
show-changes = Show
nothing-different = No changes
in-what-is-shown = match this filter
# $count (String)
changes-in-all = { $count } changes in all
what-changes-head = What
field-changes-head = Field
then-changes-head = Before
now-changes-head = Now
later-changes-head = After
by-head = By
when-head = When
the-change = View or take back this change
# $count (Number)
n-more-subjects = and { $count } more guests, tables or spots
now-word = now
the-beginning = the beginning
# $day (String)
begin-of = Start of { $day }
# $file (String)
before-upload = Before the upload { $file }
# $when (String)
before-retraction = Before a retraction, { $when }
spots = Spots
the-plan = The plan
