"""The real parts around the tests: the program, its databases, a clock that can be moved, a mail server, a browser."""
