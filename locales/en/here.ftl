# $count (Number)
n-here = { $count } online
# $count (Number)
and-n-more = and { $count } more
on-this-instance = People with a page open on this server.
