# $count (Number)
n-here = { $count } here
# $count (Number)
and-n-more = and { $count } more
on-this-instance = Who has a page open on this instance.
