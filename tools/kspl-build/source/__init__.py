# SPDX-License-Identifier: GPL-2.0
"""What kspl-build reads of a kernel's sources and of patches, as text.

kspl-build calls this package with a request in JSON, see __main__.py.  It runs for
each patch, so it imports little: starting Python is most of its time.  The
modules, each of which knows only those before it:

  text      files as lines of bytes
  mail      headers of mail
  audit     what a reader may take for a part of a patch
  relines   a patched file with the line numbers of the original
  commands  what kbuild would run
  includes  which file includes which
  records   what the commands that the kernel's build saved say they read
  oldtypes  a new file over the old type definitions
  messages  which definitions a compiler does not like
"""
