first-admin = The first admin
first-admin-words = Nobody can sign in yet. Choose a name and a password; you can add the others afterwards.
admin-name = Name
password-long = Password, at least 10 characters
make-account = Make the account and sign in
# $name (String)
unsuitable-name = “{ $name }” is no possible name: letters, digits and . _ - @, at most 64
# $least (Number)
unsuitable-password = A password has at least { $least } characters
# $name (String)
account-there-already = There is an account { $name } already.
