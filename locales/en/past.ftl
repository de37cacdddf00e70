plan-of-the-past = The plan of the past
the-plan-as-it-was = The plan as it was
after = after
one-change-back = One change back
one-change-on = One change on
what-changed-since = What changed since
back-to-now = Back to now
position-in-life = Position in the plan’s life
look = Look
# $file (String)
nth-upload = Upload { $file }
taken-or-brought-back = Taken back, or brought back
# $page (String)
page-as-it-was = { $page }, as it was
asked-of-the-present = This is the past. What taking it back would change is a question to the plan as it is now.
