what-is-left = What is left to do
store-away = The database is not responding, so nothing can be changed right now. You see the last known plan. Editing resumes automatically.
unseated = unseated
seated = seated
declined = declined
overfull = overfull
without-a-spot = without a spot
clock-doubted = The server's clock may be wrong: it jumped, or several reports were due when the server started. Changes or missed reports are on hold until the clock is corrected or an admin confirms it.
clock-is-right = Confirm the clock
# $settings (String)
database-risks = With its current settings, the database can lose saved data in a crash: { $settings }. Have these settings changed.
