uploads-words = You see what a file would change before anything is written, and can take it back afterwards. Drop a file anywhere on any page, or choose it here; for a new party in this order.
an-empty-workbook = An empty workbook to fill in
spreadsheet = Spreadsheet
look-at-it = Look at it
sent = Sent
uploads-limits = xlsx, xlsm, xls, ods or csv; at most 10 MiB and 20,000 rows. A list of guests that was downloaded here, changed, and uploaded again is compared with the plan that it came from: what others changed meanwhile stays.
# $kind (String)
upload-kind = Upload: { $kind }
kind-tables-words = Number, name, seats, VIP, host: who can sit together, wherever it stands.
kind-floor-words = Two sheets, Rooms and Spots: where a table can stand.
kind-guests-words = The guest list. An empty cell leaves a value as it is, “-” clears it.
kind-vip-words = Table and spot, for VIP tables only.
kind-draw-words = Table and spot, as they were drawn. VIP tables stay where they are; an empty spot says nothing.
