# SPDX-License-Identifier: GPL-2.0
"""What differs between two source trees, as fixes that are taken whole or not.

kspl-build calls this package with a request in JSON, see __main__.py.  The
modules, each of which knows only those before it:

  ctext     C text without comments, as tokens
  ctags     where definitions begin and end
  hunks     what differs between two files; a file with some of it
  model     what is known of a release, and how that is kept on disk
  facts     what a hunk defines, mentions, reads and writes
  usage     what everybody uses, and so binds no two changes
  evidence  why two hunks belong to one fix
  fate      what can be said of a fix before anything is compiled
  tree      the old tree with the fixes that are taken
  blame     which fix is to blame for what can't be taken
  modules   which modules that are not loaded a fix needs
  report    what became of each fix
"""
