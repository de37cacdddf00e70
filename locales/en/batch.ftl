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
then-head = After
leave-as-is = leave as is (changed since)
cost-later-work = discard later changes
bring-later-work = restore later changes
one-room = Room plan, before and after
# $count (Number)
n-rooms = { $count } room plans, before and after
# $count (Number)
bring-back-n = { $count ->
    [one] Bring back 1 change
   *[other] Bring back { $count } changes
}
reason = Reason
wrong-file = wrong file
keep-it = Cancel
# $count (Number)
take-back-n = { $count ->
    [one] Take back 1 change
   *[other] Take back { $count } changes
}
own-latest = You can take back your own latest change, as long as no later change builds on it. Admins can take back any change.
event-by-event = All events of this change
# $count (Number)
n-more-events = and { $count } more
taking-back-would = Taking it back would
drawn-now = Now
drawn-then = After
