n-without-spot = { $count ->
    [one] 1 Tisch ohne Stellplatz
   *[other] { $count } Tische ohne Stellplatz
}
no-rooms-upload = Es gibt noch keine Räume.
spots-taken = { $tables } von { $spots } Stellplätzen belegt · { $guests } Gäste
