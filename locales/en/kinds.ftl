event-plan-created = plan created
event-plan-changed = plan changed
event-guest-added = guest added
event-guest-changed = guest changed
event-guest-stated = guest from a list
event-guest-removed = guest removed
event-guest-seated = guest seated
event-guest-unseated = guest unseated
event-guest-arrived = arrival
event-guest-arrival-undone = arrival taken back
event-guest-erased = guest erased
event-table-added = table added
event-table-changed = table changed
event-table-stated = table from a list
event-table-removed = table removed
event-table-placed = table placed
event-table-lifted = table lifted
event-tables-picked-up = tables picked up
event-room-added = room added
event-room-changed = room changed
event-room-stated = room from a list
event-room-removed = room removed
event-spot-added = spot added
event-spot-changed = spot changed
event-spot-stated = spot from a list
event-spot-removed = spot removed
event-upload-applied = upload
event-batch-retracted = taken back
event-batch-reinstated = brought back
event-mail-template-added = text added
event-mail-template-changed = text changed
event-mail-template-removed = text removed
event-list-printed = list printed
event-of-mail = email step
event-of-report = report step
# $what (String)
cause-added = the { $what } was added by this change
# $what (String)
cause-added-again = the { $what } is added by this change
# $what (String)
# $name (String)
cause-gone = { $what } { $name } is not in the plan without this change
# $what (String)
# $name (String)
cause-there-again = { $what } { $name } is back in the plan
# $table (String)
# $spot (String)
cause-held-by-vip = VIP table { $table } stands on { $spot }
cause-incomplete = it does not contain enough data to add the entry again
# $spot (String)
did-place = placed on { $spot }
did-lift = lifted
# $table (String)
did-seat = seated at { $table }
did-unseat = unseated
# $value (String)
did-set = set to { $value }
did-clear = cleared
# $did (String)
# $actor (String)
done-since = { $did } later by { $actor }; will stay
