find-heading = Find
find-anybody = A guest, table, spot, party or company
find-it = Find
find-help = Search by name, table number, spot, party or company. Accents, the order of names and single typos are ignored.
# $asked (String)
nothing-is-like = No results for “{ $asked }”.
