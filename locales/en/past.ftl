plan-of-the-past = Earlier state of the plan
the-plan-as-it-was = The plan as it was
after = after
one-change-back = Previous change
one-change-on = Next change
what-changed-since = Changes since then
back-to-now = Back to now
position-in-life = Point in time
look = Show
# $file (String)
nth-upload = Upload { $file }
taken-or-brought-back = Taken back, or brought back
# $page (String)
page-as-it-was = { $page }, as it was
asked-of-the-present = This is the past. Go back to now to see what taking this change back would do.
