first-admin = The first admin
first-admin-words = Nobody can sign in yet. Choose a name and a password; you can add the others afterwards.
admin-name = Name
password-long = Password, at least 10 characters
make-account = Make the account and sign in
