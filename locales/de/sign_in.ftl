sign-in-heading = Anmelden
account-name = Name
password = Passwort
sign-in-button = Anmelden
sign-in-help = Kein Konto, oder Passwort vergessen? Ein Admin hilft auf der Seite „Konten“ oder mit
