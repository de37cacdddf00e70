language-name = Deutsch
thousands = {""}.
