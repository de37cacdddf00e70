first-admin = Create the first admin
first-admin-words = There are no accounts yet. Choose a name and a password; you can add other accounts later.
admin-name = Name
password-long = Password, at least 10 characters
make-account = Create account and sign in
# $name (String)
unsuitable-name = “{ $name }” is not a valid name: use letters, digits and . _ - @, at most 64 characters
# $least (Number)
unsuitable-password = The password must have at least { $least } characters
# $name (String)
account-there-already = The account { $name } already exists.
