uploads-words = You see what a file would change before anything is saved, and you can take it back afterwards. Drop a file anywhere on any page, or choose it here. For a new plan, follow this order.
an-empty-workbook = Download an empty workbook
spreadsheet = Spreadsheet
look-at-it = Preview
sent = Upload progress
uploads-limits = xlsx, xlsm, xls, ods or csv; at most 10 MiB and 20,000 rows. If you download a guest list here, change it, and upload it again, it is merged with the plan: what others have changed in the meantime is kept.
# $kind (String)
upload-kind = Upload: { $kind }
kind-tables-words = Number, name, seats, VIP and host of each table, wherever it will stand.
kind-floor-words = Two sheets, Rooms and Spots, with the places where tables can stand.
kind-guests-words = The guest list. An empty cell leaves a value unchanged; “-” clears it.
kind-vip-words = Table and spot, for VIP tables only.
kind-draw-words = Table and spot, as drawn. VIP tables stay where they are; an empty spot changes nothing.
