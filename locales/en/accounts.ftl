accounts-heading = Accounts
name-head = Name
role-head = Role
since-head = Since
signed-in-head = Signed in
what-to-do = What to do
disabled = disabled
# $name (String)
role-of = Role of { $name }
set = Set
new-password = New password
end-sessions = End sessions
enable = Enable
disable = Disable
add-an-account = Add an account
account-name-label = Name
role-label = Role
add = Add
accounts-words = A password is made up and shown once. Viewers look; door marks arrivals; staff edits; admins also upload, take back, and manage accounts.
# $name (String)
password-made = The password of { $name }, shown only now:
