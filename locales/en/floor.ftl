# $count (Number)
n-without-spot = { $count ->
    [one] 1 table without a spot
   *[other] { $count } tables without a spot
}
no-rooms-upload = There are no rooms yet.
# $tables (Number)
# $spots (Number)
# $guests (String)
spots-taken = { $tables } of { $spots } spots taken · { $guests } guests
