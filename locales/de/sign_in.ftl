sign-in-heading = Anmelden
account-name = Name
password = Passwort
sign-in-button = Anmelden
sign-in-help = Ein Admin macht Konten und neue Passwörter, auf der Seite Konten oder mit
