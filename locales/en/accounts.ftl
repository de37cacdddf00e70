accounts-heading = Accounts
name-head = Name
role-head = Role
since-head = Created
signed-in-head = Sessions
what-to-do = Actions
disabled = disabled
# $name (String)
role-of = Role of { $name }
set = Change role
new-password = New password
end-sessions = Sign out everywhere
enable = Enable
disable = Disable
add-an-account = Add an account
account-name-label = Name
role-label = Role
add = Add
accounts-words = Passwords are generated and shown only once. Viewers can only look; door marks arrivals; staff edits the plan; admins also upload files, take back any change, and manage accounts.
# $name (String)
password-made = Password for { $name }, shown only once:
