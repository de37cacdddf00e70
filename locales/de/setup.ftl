first-admin = Der erste Admin
first-admin-words = Noch kann sich niemand anmelden. Wählen Sie einen Namen und ein Passwort; die anderen können Sie danach hinzufügen.
admin-name = Name
password-long = Passwort, mindestens 10 Zeichen
make-account = Konto machen und anmelden
unsuitable-name = „{ $name }“ geht als Name nicht: Buchstaben ohne Umlaute, Ziffern und . _ - @, höchstens 64
unsuitable-password = Ein Passwort hat mindestens { $least } Zeichen
account-there-already = Ein Konto { $name } gibt es schon.
