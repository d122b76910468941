# SPDX-License-Identifier: GPL-2.0
"""The page about an update: one HTML file, for a person who has to judge it.

kspl-build calls this package with a request in JSON, see __main__.py.  The
modules, each of which knows only those before it:

  markup   elements; the one place where text is escaped
  look     the page's style, and its search
  csource  where the functions of a C file begin and end
  listing  the code of an object, as objdump prints it
  align    which lines of two texts are the same
  source   what the fixes change in the source, by function
  model    what is known of an update
  limit    how much of what is shown on demand fits into the page
  show     before and after, as source and as disassembly
  compose  the page
"""
