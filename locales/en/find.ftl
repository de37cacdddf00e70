find-heading = Find
find-anybody = A guest, table, spot, party or company
find-it = Find
find-help = Type a name, a table’s number, a spot, a party or a company. Accents, the order of names and one typing error do not matter.
# $asked (String)
nothing-is-like = Nothing is like “{ $asked }”.
