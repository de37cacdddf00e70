unreadable-empty = The file is empty
unreadable-empty-detail = It has no content. Save it in your spreadsheet program, then upload it again.
unreadable-format = This is not a spreadsheet
# $what (String)
unreadable-format-detail = { $what } Supported formats: xlsx, xlsm, xls, ods and csv.
unreadable-archive = It is an archive. If it contains the spreadsheet, unpack it and upload the spreadsheet itself.
unreadable-office = It is an Office file, but no workbook.
unreadable-plain-text = It is plain text. If it contains a table, give the file a name that ends in .csv.
unreadable-no-text = Its name ends in .csv, but it is not a text file.
unreadable-no-format = Its format is not supported.
unreadable-damaged = The spreadsheet is damaged
# $damage (String)
unreadable-damaged-detail = It may be incomplete. Open it in a spreadsheet program, save it, and upload it again. ({ $damage })
# $row (String)
unreadable-quote = a quotation mark opened in or near row { $row } is never closed
unreadable-password = The spreadsheet is password-protected
unreadable-password-detail = Save it without a password, then upload it again.
# $limit (String)
unreadable-large = The spreadsheet is too large: { $limit }
# $limit (String)
unreadable-large-detail = The limit is { $limit }. Split the file, or delete what you do not need.
limit-file = 10 MiB a file
limit-unpacked = 64 MiB unpacked
limit-rows = 20,000 rows
limit-columns = 100 columns
limit-lines = 1,048,576 lines
unreadable-no-header = No header row found
# $wanted (String)
unreadable-no-header-detail = The file needs a header row { $wanted }.
# $wanted (String)
# $found (String)
unreadable-header-detail = The file needs a header row { $wanted }. Found instead: { $found }. Rename the columns, or start from a template. Programs can send a mapping of the columns.
wanted-any = for guests, tables, a floor plan or a draw
wanted-guests = with a name, an employee number or an email
wanted-tables = with the table number
wanted-floor = with room, width and depth, or with spot and room
wanted-placement = with table and spot
unreadable-no-rows = The spreadsheet has no rows
unreadable-no-rows-detail = There is nothing below the header row.
unreadable-mapping = The mapping is not valid
# $field (String)
# $fields (String)
unreadable-mapping-detail = There is no field “{ $field }”. The fields are { $fields }. A mapping assigns headers of the file to fields, to extra, or to null.
# $wanted (String)
# $found (String)
unreadable-any-detail = The file needs a header row { $wanted }. Found instead: { $found }. Go to Uploads and choose what kind of file it is; there, you can say what each column contains.
unreadable-contacts = It is a file of contacts (vCard). Open it in your address book and export it as csv.
unreadable-document = It is a text document, as saved by Word or Writer. Copy its table into a spreadsheet and save that as xlsx.
unreadable-fods = It is a flat OpenDocument spreadsheet (fods). Open it in LibreOffice and save it as ods or xlsx.
unreadable-link = It is a link to a Google document, not the document. In Google Sheets, choose File > Download > Microsoft Excel (.xlsx).
unreadable-numbers = It is a Numbers document. In Numbers, choose File > Export To > Excel.
unreadable-old-excel = It is a worksheet of Excel 4 or older. Open it in Excel or LibreOffice and save it as xlsx.
unreadable-pages = It is a Pages document, that is, a text document. Copy its table into a spreadsheet and save that as xlsx.
unreadable-pdf = It is a PDF, not a table. Ask for the spreadsheet it was made from.
unreadable-picture = It is a picture, not a table. Ask for the spreadsheet that it shows.
unreadable-web-page = It is a web page (HTML) that some programs export with the ending .xls. Open it in Excel or LibreOffice and save it as xlsx.
unreadable-xlsb = It is an Excel binary workbook (xlsb). Open it in Excel and save it as an Excel workbook (xlsx).
unreadable-xml = It is an XML file. Open it in the program that it comes from and export it as xlsx or csv.
unreadable-xml-2003 = It is an XML Spreadsheet 2003. Open it in Excel or LibreOffice and save it as xlsx.
unreadable-fatal = its content cannot be read
unreadable-slow = Reading the spreadsheet takes too long
unreadable-slow-detail = Reading was stopped because it took too long. Copy the list into a new spreadsheet and upload that.
unreadable-memory-detail = Unpacked, it needs more memory than is allowed for a file. Copy the list into a new spreadsheet and upload that.
unreadable-memory = Reading the spreadsheet needs too much memory
limit-cells = 2,500,000 cells
limit-sheets = 250 sheets
