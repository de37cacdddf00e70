first-admin = Der erste Admin
first-admin-words = Noch kann sich niemand anmelden. Wählen Sie einen Namen und ein Passwort; die anderen können Sie danach hinzufügen.
admin-name = Name
password-long = Passwort, mindestens 10 Zeichen
make-account = Konto machen und anmelden
