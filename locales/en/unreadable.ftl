unreadable-empty = The file is empty
unreadable-empty-detail = It has no content at all. Was it saved before it was sent?
unreadable-format = This is not a spreadsheet
# $what (String)
unreadable-format-detail = { $what } xlsx, xlsm, xls, ods and csv can be read.
unreadable-archive = It is an archive of something else. If the spreadsheet is in it, unpack it and send that.
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
unreadable-contacts = It is a file of contacts (vCard). Open it in your address book and export it as csv.
unreadable-document = It is a text document, such as Word or Writer saves. Copy its table into a spreadsheet and save that as xlsx.
unreadable-fods = It is a flat OpenDocument spreadsheet (fods). Open it in LibreOffice and save it as ods or xlsx.
unreadable-link = It is a link to a Google document, not the document. In Google Sheets, choose File > Download > Microsoft Excel (.xlsx).
unreadable-numbers = It is a Numbers document. In Numbers, choose File > Export To > Excel.
unreadable-old-excel = It is a worksheet of Excel 4 or older. Open it in Excel or LibreOffice and save it as xlsx.
unreadable-pages = It is a Pages document, that is, a text document. Copy its table into a spreadsheet and save that as xlsx.
unreadable-pdf = It is a PDF: a printed page, not a table. Ask for the spreadsheet that it was made from.
unreadable-picture = It is a picture, not a table. Ask for the spreadsheet that it shows.
unreadable-web-page = It is a web page (HTML) that some programs export with the ending .xls. Open it in Excel or LibreOffice and save it as xlsx.
unreadable-xlsb = It is an Excel binary workbook (xlsb). Open it in Excel and save it as an Excel workbook (xlsx).
unreadable-xml = It is an XML file. Open it in the program that it comes from and export it as xlsx or csv.
unreadable-xml-2003 = It is an XML Spreadsheet 2003. Open it in Excel or LibreOffice and save it as xlsx.
unreadable-fatal = its content makes no sense
unreadable-slow = Reading the spreadsheet takes too long
unreadable-slow-detail = Reading was stopped because it took too long. Copy the list into a new spreadsheet and send that.
unreadable-memory-detail = Unpacked, it needs more memory than a file may take. Copy the list into a new spreadsheet and send that.
unreadable-memory = Reading the spreadsheet takes too much memory
limit-cells = 2,500,000 cells
limit-sheets = 250 sheets
