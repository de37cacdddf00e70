first-admin = Ersten Admin anlegen
first-admin-words = Es gibt noch keine Konten. Wählen Sie einen Namen und ein Passwort; weitere Konten können Sie danach hinzufügen.
admin-name = Name
password-long = Passwort, mindestens 10 Zeichen
make-account = Konto anlegen und anmelden
unsuitable-name = „{ $name }“ ist kein gültiger Name: erlaubt sind Buchstaben ohne Umlaute, Ziffern und . _ - @, höchstens 64 Zeichen
unsuitable-password = Das Passwort muss mindestens { $least } Zeichen haben
account-there-already = Das Konto { $name } gibt es schon.
