what-is-left = Was noch zu tun ist
store-away = Die Datenbank antwortet nicht, deshalb lässt sich gerade nichts ändern. Sie sehen den Plan, wie er zuletzt bekannt war; es geht von selbst weiter.
unseated = ohne Platz
seated = gesetzt
declined = abgesagt
overfull = überfüllt
without-a-spot = ohne Stellplatz
