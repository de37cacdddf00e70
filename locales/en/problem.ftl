yours = – yours
write-chosen = Save my choice
to-the-overview = Go to the overview
nothing-was-lost = No data was lost. Details are in the log under
back-brings-back = {""}. Use your browser’s Back button to return to what you typed.
block-broke = This part of the page could not be shown; everything else still works. Details are in the log under
