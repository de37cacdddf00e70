events-from-to = events
# $who (String)
# $why (String)
taken-back-notice = Taken back by { $who }: { $why }
bringing-back-would = Bringing it back would
would-change = change
nothing = nothing
field-head = Field
what-head = What
now-head = Now
then-head = Then
leave-as-is = leave as it is, changed since
cost-later-work = cost later work
bring-later-work = bring later work back
one-room = The room, as it is and as it would be
# $count (Number)
n-rooms = The { $count } rooms, as they are and as they would be
# $count (Number)
bring-back-n = { $count ->
    [one] Bring back 1 change
   *[other] Bring back { $count } changes
}
reason = Reason
wrong-file = wrong file
keep-it = Keep it
# $count (Number)
take-back-n = { $count ->
    [one] Take back 1 change
   *[other] Take back { $count } changes
}
own-latest = You can take back your own latest change, if nobody has built on it. An admin can take back any.
event-by-event = What it says, event by event
# $count (Number)
n-more-events = and { $count } more
taking-back-would = Taking it back would
drawn-now = Now
drawn-then = Then
