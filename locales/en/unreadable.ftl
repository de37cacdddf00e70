unreadable-empty = The file is empty
unreadable-empty-detail = It has no content at all. Was it saved before it was sent?
unreadable-format = This is not a spreadsheet
# $what (String)
unreadable-format-detail = { $what } xlsx, xlsm, xls, ods and csv can be read.
unreadable-archive = It is an archive of something else.
unreadable-office = It is an Office file, but no workbook.
unreadable-plain-text = It holds plain text. If that is a table, give the file a name that ends in .csv.
unreadable-no-text = It is called csv, but it is no text.
unreadable-no-format = It is in no format that can be read.
unreadable-damaged = The spreadsheet is damaged
# $damage (String)
unreadable-damaged-detail = It may have been cut off on its way: open it in a spreadsheet program, save it, and send it again. ({ $damage })
# $row (String)
unreadable-quote = a quote is opened in row { $row } or near it, and never closed
unreadable-password = The spreadsheet is protected by a password
unreadable-password-detail = Save it without a password, and send it again.
# $limit (String)
unreadable-large = The spreadsheet is too large: { $limit }
# $limit (String)
unreadable-large-detail = The limit is { $limit }. Split the file, or delete what is not needed.
limit-file = 10 MiB a file
limit-unpacked = 64 MiB unpacked
limit-rows = 20,000 rows
limit-columns = 100 columns
limit-lines = 1,048,576 lines
unreadable-no-header = No header was recognised
# $wanted (String)
unreadable-no-header-detail = There must be a row with headers, { $wanted }.
# $wanted (String)
# $found (String)
unreadable-header-detail = There must be a row with headers, { $wanted }. Instead, there is: { $found }. Rename the columns, or begin with a template. Programs can send a mapping that says what they mean.
wanted-any = of guests, tables, a floor plan or a draw
wanted-guests = with an employee number or an e-mail, or first and last name
wanted-tables = with the table’s number
wanted-floor = with room, width and depth, or with spot and room
wanted-placement = with table and spot
unreadable-no-rows = The spreadsheet has no rows
unreadable-no-rows-detail = There is a header, and nothing below it.
unreadable-mapping = The mapping is not possible
# $field (String)
# $fields (String)
unreadable-mapping-detail = There is no field “{ $field }”; there are { $fields }. A mapping maps headers of the file to fields, to extra, or to null.
# $wanted (String)
# $found (String)
unreadable-any-detail = There must be a row with headers, { $wanted }. Instead, there is: { $found }. Choose what it is under Uploads; there, you can say what the columns are.
