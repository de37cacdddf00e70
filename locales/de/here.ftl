n-here = { $count } da
and-n-more = und { $count } weitere
on-this-instance = Wer auf dieser Instanz eine Seite offen hat.
