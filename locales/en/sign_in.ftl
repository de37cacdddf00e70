sign-in-heading = Sign in
account-name = Name
password = Password
sign-in-button = Sign in
sign-in-help = No account, or forgot your password? An admin can help on the Accounts page or with
