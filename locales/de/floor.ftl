n-without-spot = { $count } Tische ohne Stellplatz
no-rooms-upload = Es gibt noch keine Räume.
spots-taken = { $tables } von { $spots } Stellplätzen belegt · { $guests } Gäste
