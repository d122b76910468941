# SPDX-License-Identifier: GPL-2.0
"""The page's style, and its search: all else is there without the script."""

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
h3 { margin: 1.3rem 0 .3rem; font-size: 1.05rem; }
h4 { margin: .8rem 0 .2rem; font: 600 .9rem ui-monospace, monospace; }
h5 { margin: 0; font-size: .95rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
code, pre { font: .82rem/1.4 ui-monospace, monospace; }
pre { margin: .3rem 0; padding: .5rem; overflow-x: auto; background: var(--soft); tab-size: 8; }
del, ins { text-decoration: none; }
del { background: #f003; }
ins { background: #0a03; }
pre b { color: #77f; }
table { border-collapse: collapse; }
td, th { padding: .15rem .6rem .15rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
article { margin: .4rem 0; padding: .4rem .7rem; border-left: 3px solid #0a08; background: var(--soft); }
article.left_out, article.refused { border-color: #d008; }
article.copied, article.in_place, article.gone, article.changed { border-color: #8888; }
section.fix { content-visibility: auto; contain-intrinsic-size: auto 20rem; }
summary { cursor: pointer; font-size: .9rem; }
.tag { padding: 0 .4rem; border: 1px solid var(--line); border-radius: .6rem; font-size: .75rem; font-weight: 400; }
.no { color: #d33; font-weight: 600; }
.small { font-size: .85rem; font-weight: 400; opacity: .85; }
#find { position: sticky; top: 0; z-index: 1; padding: .5rem 0; background: Canvas; }
#find input { width: 24rem; max-width: 60%; font: inherit; }
[hidden] { display: none !important; }
"""

# An article is found by its first line (name, file) and by the words of its group's
# heading (the fix, its CVEs).
SCRIPT = """
'use strict';
(function () {
  var box = document.getElementById('find'), input = box.querySelector('input'), out = box.querySelector('output');
  var items = Array.from(document.querySelectorAll('article')).map(function (a) {
    var fix = a.closest('section.fix'), heads = fix ? fix.querySelectorAll('h3, .ids') : [];
    var words = a.querySelector('h5').textContent;
    heads.forEach(function (h) { words += ' ' + h.textContent; });
    return [a, words.toLowerCase()];
  });
  var groups = Array.from(document.querySelectorAll('section.fix, section.file'));
  function find() {
    var words = input.value.toLowerCase().split(/\\s+/).filter(Boolean), n = 0;
    items.forEach(function (i) {
      var hit = words.every(function (w) { return i[1].includes(w); });
      i[0].hidden = !hit;
      n += hit;
    });
    groups.forEach(function (g) { g.hidden = words.length > 0 && !g.querySelector('article:not([hidden])'); });
    out.textContent = words.length ? n + ' of ' + items.length : '';
  }
  // page.html#find=NAME opens it with that
  if (location.hash.startsWith('#find=')) {
    try {
      input.value = decodeURIComponent(location.hash.slice(6));
    } catch (e) {
      input.value = location.hash.slice(6);
    }
  }
  input.addEventListener('input', find);
  box.hidden = false;
  find();
})();
"""
