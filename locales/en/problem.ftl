yours = – yours
write-chosen = Write what I chose
to-the-overview = To the overview
nothing-was-lost = Nothing was lost. The log has more under
back-brings-back = {""}. Your browser’s Back brings back what you typed.
block-broke = This part of the page broke; everything else goes on. The log has more under
