language-name = English
thousands = ,
