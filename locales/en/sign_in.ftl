sign-in-heading = Sign in
account-name = Name
password = Password
sign-in-button = Sign in
sign-in-help = An admin makes accounts and new passwords, on the page Accounts or with
