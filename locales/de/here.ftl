n-here = { $count } online
and-n-more = und { $count } weitere
on-this-instance = Personen, die auf diesem Server gerade eine Seite offen haben.
