what-is-left = What is left to do
store-away = The store is away, so nothing can be changed for the moment. What you see is the plan as it was last known; it goes on by itself.
unseated = unseated
seated = seated
declined = declined
overfull = overfull
without-a-spot = without a spot
clock-doubted = The server's clock may be wrong: it jumped, or several reports were due when the server started. Changes or missed reports wait until the clock is set right, or an admin confirms it.
clock-is-right = The clock is right
# $settings (String)
database-risks = The database is set to lose data in a crash, also what was saved: { $settings }. Have the setting changed.
